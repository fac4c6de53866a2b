import { beforeEach, describe, expect, test } from "vitest";
import { type ConflictGround, conflictGround } from "#test/jobs/conflict-kit.ts";
import { makeApi } from "#test/query-api/api-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";

/** What one call of `canonicalEvent` costs: 1,000 x 5 + 100 x 25 per million. */
const ONE = { calls: "1", input: "1000", output: "100", cost: "0.0075" };
const FINAL = { meters: { input_tokens: 3000, output_tokens: 300 } };
const THRICE = { calls: "1", input: "3000", output: "300", cost: "0.0225" };

let at: ConflictGround;
beforeEach(async () => {
  at = await conflictGround();
  return () => at.close();
});

describe("a call that is posted again", () => {
  test.each([
    ["another minute", { started_at: "2026-11-20T10:20:00.000Z" }, "other_key", "event_time"],
    ["another month", { started_at: "2026-10-01T10:00:00.000Z" }, "other_partition", "event_time"],
    ["another team", { team: "ads" }, "other_key", "gateway_team"],
    ["another model", { model: "claude-sonnet-5" }, "other_key", "model"],
    ["another session", { session_id: "session-2" }, "other_key", "session_id"],
  ])("with %s counts once, and the earlier stands", async (_what, changed, kind, differs) => {
    await at.post(canonicalEvent("one"));
    await at.round();
    await at.post(canonicalEvent("one", changed));
    expect((await at.totals()).calls).toBe("2");
    await at.round();
    expect(await at.totals()).toEqual(ONE);
    const [listed, ...others] = await at.listed();
    expect(others).toEqual([]);
    expect(listed).toMatchObject({
      kind,
      what: "response",
      state: "reversed",
      lost_offset: "1",
      stands_offset: "0",
    });
    expect(listed?.differs).toContain(differs);
    const { text } = await at.metrics.render();
    expect(text).toContain(`spendtrail_conflicts_found_total{kind="${kind}"} 1`);
    expect(text).toContain("spendtrail_conflicts_unreversed 0");
  });

  test("by LiteLLM under another team counts once, and /v1/costs and the session show one", async () => {
    const metadata = { user_api_key_team_id: "ads" };
    const records = [litellmRecord(), litellmRecord({ metadata })].map((record) => JSON.stringify(record));
    await at.postAs("litellm", "litellm", ...records);
    await at.round();
    expect(await at.totals()).toEqual(ONE);
    const store = at.ground.clickhouse;
    const api = await makeApi({ clickhouseTeam: store, clickhouseAll: store });
    const key = await api.key({ role: "finance" });
    const { json } = await api.get("/v1/costs?from=2026-01-01&to=2027-01-01&group_by=team", key);
    expect(json.totals).toMatchObject({ calls: 1, cost: { amount: "0.0075" } });
    expect(json.rows).toMatchObject([{ team: "search", calls: 1 }]);
    const { json: session } = await api.get(`/v1/sessions/${litellmRecord()["session_id"]}/events`, key);
    expect(session.events.map(({ team }: { team: string }) => team)).toEqual(["search"]);
  });

  test("a third and a fourth time, after the reversal, changes nothing", async () => {
    await at.post(canonicalEvent("one"), canonicalEvent("one", { team: "ads" }));
    await at.round();
    await at.post(canonicalEvent("one", { team: "finance" }), canonicalEvent("one", { team: "ads" }));
    await at.round();
    expect(await at.totals()).toEqual(ONE);
    expect((await at.listed()).map(({ lost_gateway_team: team, state }) => [team, state])).toEqual([
      ["ads", "reversed"],
      ["finance", "reversed"],
    ]);
  });

  test("byte by byte, or with better known usage, is no conflict", async () => {
    const first = canonicalEvent("one", { usage_quality: "provisional" });
    await at.post(first, first);
    await at.round();
    await at.post(canonicalEvent("one", FINAL));
    await at.round();
    expect(await at.totals()).toEqual(THRICE);
    expect(await at.listed()).toEqual([]);
  });

  test("with other figures under the same key is listed, with what differs, and the first stands", async () => {
    await at.post(canonicalEvent("one"));
    await at.post(canonicalEvent("one", FINAL));
    await at.round();
    expect(await at.totals()).toEqual(ONE);
    const [listed, ...others] = await at.listed();
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ kind: "other_content", state: "replaced", lost_offset: "1" });
    expect(listed?.differs).toEqual(["data.meters.input_tokens", "data.meters.output_tokens"]);
  });
});

describe("a copy of better quality", () => {
  const provisional = canonicalEvent("one", { usage_quality: "provisional" });

  test("that comes later under another key stands instead", async () => {
    await at.post(provisional);
    await at.round();
    await at.post(canonicalEvent("one", { ...FINAL, team: "ads" }));
    await at.round();
    expect(await at.totals()).toEqual(THRICE);
    expect(await at.listed()).toMatchObject([{ lost_gateway_team: "search", state: "reversed" }]);
  });

  test("that replaces a reversed copy under its key is taken back in its stead, to the last digit", async () => {
    await at.post(canonicalEvent("one", { usage_quality: "estimated" }));
    await at.post(canonicalEvent("one", { ...FINAL, team: "ads" }));
    await at.round();
    // Final too, and later: it loses, but its row is now the one under the reversed key.
    await at.post(canonicalEvent("one", { meters: { input_tokens: 7, output_tokens: 7 } }));
    expect(await at.totals()).not.toEqual(THRICE);
    await at.round();
    expect(await at.totals()).toEqual(THRICE);
  });

  test("that replaces a reversed copy and beats the one that stands is reinstated", async () => {
    await at.post(provisional);
    await at.post(canonicalEvent("one", { usage_quality: "estimated", team: "ads" }));
    await at.round();
    await at.post(canonicalEvent("one", FINAL));
    await at.round();
    expect(await at.totals()).toEqual(THRICE);
    // And once more: the reinstated belief is reversed under an epoch of its own.
    await at.round();
    await at.round();
    expect(await at.totals()).toEqual(THRICE);
  });
});

describe("parts of a call", () => {
  const part = (input_tokens: number) => ({ kind: "compaction", model: null, meters: { input_tokens } });
  const call = (parts: readonly number[], more: object = {}) =>
    canonicalEvent("one", { parts: parts.map(part), ...more });
  const inputs = async () => (await at.totals()).input;

  test("go with their call when it stands under another key", async () => {
    await at.post(call([10, 20]), call([10, 20], { team: "ads" }));
    await at.round();
    expect([await inputs(), (await at.totals()).calls]).toEqual(["1030", "1"]);
    expect((await at.listed()).map(({ what }) => what).sort()).toEqual(["part", "part", "response"]);
  });

  test("that only the copy that lost had are reversed, though its own row was replaced", async () => {
    await at.post(call([10, 20, 40], { usage_quality: "provisional" }));
    await at.post(call([10]));
    expect(await inputs()).toBe("1070");
    await at.round();
    expect(await inputs()).toBe("1010");
  });

  test("of a later copy with more of them are reversed", async () => {
    await at.post(call([10]));
    await at.post(call([10, 20]));
    await at.round();
    expect(await inputs()).toBe("1010");
    const kinds = (await at.listed()).map(({ kind, what, state }) => [kind, what, state]);
    expect(kinds.sort()).toEqual([
      ["other_content", "part", "reversed"],
      ["other_content", "response", "replaced"],
    ]);
  });

  test("that are the same are no conflict of anything", async () => {
    await at.post(call([10, 20]));
    await at.post(call([10, 20]));
    await at.round();
    expect([await inputs(), await at.listed()]).toEqual(["1030", []]);
  });
});
