import { describe, expect, test } from "vitest";
import { foldAll, foldSettings } from "#core/settings/fold.ts";
import { NO_SETTINGS, type Outcome } from "#core/settings/state.ts";
import { keyChange, messages, priceChange, sourceChange } from "#test/core/settings/changes.ts";

const KEY = "abcdefghij01";
const outcomesOf = (...contents: (object | string | null)[]): readonly Outcome[] =>
  foldAll(NO_SETTINGS, messages(...contents)).outcomes;
const kinds = (...contents: (object | string | null)[]): string[] =>
  outcomesOf(...contents).map(({ outcome }) => outcome);
const lastDetail = (...contents: (object | string | null)[]): string => {
  const last = outcomesOf(...contents).at(-1);
  return last === undefined || last.outcome === "applied" ? "applied" : last.detail;
};

describe("expected versions", () => {
  test("a change counts only from the current version, and versions go up by one", () => {
    const contents = [
      sourceChange("a", 0),
      sourceChange("a", 0), // made without knowing of the first
      sourceChange("a", 1, { role: "evidence" }),
      sourceChange("a", 1, { role: "ledger" }), // made from a version that is gone
      sourceChange("a", 5),
      sourceChange("b", 1), // there is no b
    ];
    expect(kinds(...contents)).toEqual([
      "applied",
      "conflict",
      "applied",
      "conflict",
      "conflict",
      "conflict",
    ]);
    const { state } = foldAll(NO_SETTINGS, messages(...contents));
    expect(state.sources.get("a")).toMatchObject({ version: 2, offset: 2n, value: { role: "evidence" } });
    expect(state.offset).toBe(5n);
    expect(outcomesOf(...contents)[3]).toMatchObject({ outcome: "conflict", version: 2 });
  });

  test("an applied change tells what was there before, for the history", () => {
    const [first, second] = outcomesOf(sourceChange("a", 0), sourceChange("a", 1, { platform: "bedrock" }));
    expect(first).toMatchObject({ outcome: "applied", version: 1, before: null });
    expect(second).toMatchObject({ outcome: "applied", version: 2, before: { platform: null } });
  });

  test("after a removal the versions go on, so a change made before it never fits again", () => {
    const contents = [
      sourceChange("a", 0),
      sourceChange("a", 1, null),
      sourceChange("a", 0),
      sourceChange("a", 1),
      sourceChange("a", 3),
    ];
    expect(kinds(...contents)).toEqual(["applied", "applied", "applied", "conflict", "applied"]);
    expect(foldAll(NO_SETTINGS, messages(...contents)).state.sources.get("a")?.version).toBe(4);
  });

  test("a change id that comes again is a repeat, whatever became of it first", () => {
    const refused = sourceChange("a", 7);
    const made = sourceChange("a", 0);
    const contents = [refused, made, made, { ...made, expected_version: 1 }, refused];
    expect(kinds(...contents)).toEqual(["conflict", "applied", "duplicate", "duplicate", "duplicate"]);
    expect(outcomesOf(...contents)[4]).toMatchObject({ first: 0n });
    expect(foldAll(NO_SETTINGS, messages(...contents)).state.sources.get("a")?.version).toBe(1);
  });
});

describe("what is no change stops nobody", () => {
  test.each<[string, object | string | null]>([
    ["a tombstone", null],
    ["nothing", ""],
    ["no JSON", "{"],
    ["no object", "7"],
    ["a kind of a later version", { ...sourceChange("a", 0), kind: "moon" }],
    ["a field too much", { ...sourceChange("a", 0), sudo: true }],
    ["a bad value", sourceChange("a", 0, { role: "boss" })],
    ["a name with a space", sourceChange("a b", 0)],
    ["a negative version", { ...sourceChange("a", 0), expected_version: -1 }],
    ["no uuid", { ...sourceChange("a", 0), change_id: "1" }],
    ["an empty reason", { ...sourceChange("a", 0), reason: "" }],
    ["another's value", { ...sourceChange("a", 0), id: "b" }],
    ["a removal of nothing", sourceChange("a", 0, null)],
  ])("%s", (_, content) => {
    expect(kinds(content, sourceChange("after", 0))).toEqual(["invalid", "applied"]);
  });

  test("bytes that are no UTF-8", () => {
    const message = { offset: 0n, appendTimeMs: 0, value: Buffer.from([0x7b, 0xff, 0x7d]) };
    expect(foldSettings(NO_SETTINGS, message)).toMatchObject({
      state: { offset: 0n },
      outcome: { outcome: "invalid" },
    });
  });
});

describe("rules across settings", () => {
  test("two enabled sources cannot claim one topic", () => {
    const a = sourceChange("a", 0, { topic: "t" });
    expect(lastDetail(a, sourceChange("b", 0, { topic: "t" }))).toContain("already claimed by source a");
    expect(lastDetail(a, sourceChange("b", 0, { topic: "t", enabled: false }))).toBe("applied");
    expect(lastDetail(a, sourceChange("a", 1, { topic: "t", role: "evidence" }))).toBe("applied");
    const off = sourceChange("a", 1, { topic: "t", enabled: false });
    expect(lastDetail(a, off, sourceChange("b", 0, { topic: "t" }))).toBe("applied");
  });

  test("a source's name never becomes another gateway's, also not after a removal", () => {
    const kong = { gateway: "kong" };
    expect(lastDetail(sourceChange("a", 0), sourceChange("a", 1, kong))).toContain("take another name");
    const removed = [sourceChange("a", 0), sourceChange("a", 1, null)];
    expect(lastDetail(...removed, sourceChange("a", 0, kong))).toContain("take another name");
    expect(lastDetail(sourceChange("a", 0, { team_from: "fixed" }))).toContain("set team");
  });

  test("a key is never removed, un-revoked, given another secret or another role", () => {
    const made = keyChange(KEY, 0);
    expect(lastDetail(made, keyChange(KEY, 1, null))).toContain("revoked, not removed");
    expect(lastDetail(made, keyChange(KEY, 1, { revoked: true }), keyChange(KEY, 2))).toContain(
      "stays revoked",
    );
    expect(lastDetail(made, keyChange(KEY, 1, { secret_sha256: "1".repeat(64) }))).toContain(
      "secret cannot change",
    );
    expect(lastDetail(made, keyChange(KEY, 1, { role: "auditor" }))).toContain("role cannot change");
    expect(lastDetail(made, keyChange(KEY, 1, { label: "renamed" }))).toBe("applied");
    expect(lastDetail(keyChange(KEY, 0, { role: "viewer" }))).toContain("names at least one team");
  });

  test("a price row keeps what it is about, and is cancelled rather than removed", () => {
    const made = priceChange("p", 0);
    expect(lastDetail(made, priceChange("p", 1, null))).toContain("cancelled, not removed");
    expect(lastDetail(made, priceChange("p", 1, { effective_from: "2026-07-25T00:00:00.000Z" }))).toContain(
      "effective_from cannot change",
    );
    expect(lastDetail(made, priceChange("p", 1, { status: "cancelled" }))).toBe("applied");
    expect(lastDetail(made, priceChange("p", 1, { usd_per_mtok: { input_tokens: "6" } }))).toBe("applied");
    expect(lastDetail(priceChange("p", 0, { effective_to: "2026-07-24T00:00:00.000Z" }))).toContain(
      "not after",
    );
    expect(lastDetail(priceChange("p", 0, { prompt_tokens_above: 9, prompt_tokens_max: 9 }))).toContain(
      "empty band",
    );
  });
});
