import { describe, expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import type { PeriodSetting } from "#core/settings/period.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages } from "#test/core/settings/changes.ts";
import { periodChange as change, closed, month, removal } from "#test/core/settings/period-changes.ts";

/** What became of the last change; `applied`, or why not. */
function last(...contents: object[]): string {
  const outcome = foldAll(NO_SETTINGS, messages(...contents)).outcomes.at(-1);
  return outcome === undefined || outcome.outcome === "applied" ? "applied" : outcome.detail;
}

const CUT = "2026-11-05T00:00:00.000Z";
const asked = { requested_by: "anna", requested_at: "2026-11-06T00:00:00.000Z", reason: "an invoice" };
const approved = { approved_by: "bert", approved_at: "2026-11-07T00:00:00.000Z", approval: "seen" };
const entry = { ...asked, ...approved, closed_at: CUT, sha256: "a".repeat(64) };
const reopened = (by = "bert") => month(10, { reopenings: [{ ...entry, approved_by: by }] });

describe("periods", () => {
  test("follow one another without a gap, in one zone, and begin open", () => {
    const october = change(month(10), 0);
    expect(last(october)).toBe("applied");
    expect(last(october, change(month(11), 0))).toBe("applied");
    expect(last(october, change(month(9), 0))).toBe("applied");
    expect(last(october, change(month(12), 0))).toContain("would leave a gap");
    expect(last(october, change(month(10, { id: "other" }), 0))).toContain("would overlap 2026-10");
    const cutInto = { id: "late", from: "2026-10-20T00:00:00.000Z" };
    expect(last(october, change(month(11, cutInto), 0))).toContain("would overlap 2026-10");
    expect(last(october, change(month(11, { zone: "Europe/Berlin" }), 0))).toContain("kept in UTC");
    expect(last(change(closed(10, CUT), 0))).toBe("a period begins open");
    expect(last(change(month(10, { to: month(10).from }), 0))).toContain("not after it begins");
    expect(last(october, change(closed(10, CUT), 1), change(month(9), 0))).toContain("which is closed");
  });

  test("are removed only while they were never closed, and never from between two", () => {
    const three = [9, 10, 11].map((number) => change(month(number), 0));
    expect(last(...three, removal("2026-11", 1))).toBe("applied");
    expect(last(...three, removal("2026-10", 1))).toContain("lies between");
    expect(last(change(month(10), 0), change(closed(10, CUT), 1), removal("2026-10", 2))).toContain("stays");
    expect(last(change(month(10), 0), removal("2026-10", 1), change(month(10), 0))).toBe("applied");
  });

  test("are closed in order, once they are over, by whoever says so, and not twice", () => {
    const both = [change(month(9), 0), change(month(10), 0)];
    expect(last(...both, change(closed(10, CUT), 1))).toContain("2026-09 comes first");
    const september = [...both, change(closed(9, CUT), 1)];
    expect(last(...september)).toBe("applied");
    expect(last(...september, change(closed(10, CUT), 1))).toBe("applied");
    expect(last(...september, change(closed(10, "2026-11-04T00:00:00.000Z"), 1))).toContain("before the cut");
    expect(last(...both, change(closed(9, "2026-09-30T23:59:59.999Z"), 1))).toContain("not over");
    expect(last(...both, change(closed(9, CUT), 1, "bert"))).toContain("is of anna");
    expect(last(...september, change(closed(9, "2026-11-06T00:00:00.000Z"), 2))).toContain("cannot change");
    expect(last(...september, change(closed(9, CUT), 2))).toContain("closed already");
  });

  test("of a soft close can be opened or closed; a closed one cannot become soft", () => {
    const soft = month(10, { state: "soft_closed", soft_closed_at: "2026-11-02T00:00:00.000Z" });
    const begun = [change(month(10), 0), change(soft, 1)];
    expect(last(...begun)).toBe("applied");
    expect(last(...begun, change(month(10), 2))).toBe("applied");
    expect(last(...begun, change(closed(10, CUT, { soft_closed_at: soft.soft_closed_at }), 2))).toBe(
      "applied",
    );
    const early = { ...soft, soft_closed_at: "2026-10-30T00:00:00.000Z" };
    expect(last(change(month(10), 0), change(early, 1))).toContain("not over");
    expect(last(change(month(10), 0), change(closed(10, CUT), 1), change(soft, 2))).toContain("reopen it");
  });

  test("do not change but by their steps", () => {
    const october = [change(month(10), 0), change(closed(10, CUT), 1)];
    const moved: Partial<PeriodSetting>[] = [{ to: "2026-11-02T00:00:00.000Z" }, { zone: "Asia/Kolkata" }];
    for (const more of moved) expect(last(...october, change(closed(10, CUT, more), 2))).toContain("cannot");
    expect(last(...october, change(month(10), 2))).toContain("ask for its reopening first");
    const more = { sha256: "b".repeat(64) };
    const forged = closed(10, CUT);
    const snapshot = { ...(forged.snapshot as NonNullable<PeriodSetting["snapshot"]>), ...more };
    expect(last(...october, change({ ...forged, snapshot }, 2))).toContain("snapshot cannot change");
  });

  test("are not closed while a run writes below the cut", () => {
    const value = {
      ...{ id: "run-1", epoch: 1, kind: "replay", source: null, rejected_only: false, state: "begun" },
      ...{ from: "2026-10-01T00:00:00.000Z", to: "2026-11-01T00:00:00.000Z" },
      ...{ settings_offset: "0", adapter_versions: {}, figures: null },
    };
    const run = (state: string, expected_version: number) => ({
      ...change(month(1), expected_version),
      ...{ kind: "run", id: "run-1", value: { ...value, state } },
    });
    const begun = [change(month(10), 0), run("begun", 0)];
    expect(last(...begun, change(closed(10, CUT), 1))).toContain("run run-1 is not finished");
    expect(last(...begun, run("ended", 1), change(closed(10, CUT), 1))).toBe("applied");
  });
});

describe("reopening", () => {
  const shut = [change(month(10), 0), change(closed(10, CUT), 1)];
  const request = change(closed(10, CUT, { reopening: asked }), 2);

  test("takes two: one who asks and another who approves, and it stays on record", () => {
    expect(last(...shut, request)).toBe("applied");
    expect(last(...shut, request, change(reopened(), 3, "bert"))).toBe("applied");
    expect(last(...shut, request, change(reopened("anna"), 3, "anna"))).toContain(
      "cannot approve it as well",
    );
    expect(last(...shut, request, change(reopened("bert"), 3, "anna"))).toContain("approval is of bert");
    expect(last(...shut, change(reopened(), 2, "bert"))).toContain("ask for its reopening first");
    expect(last(...shut, change(closed(10, CUT, { reopening: asked }), 2, "carl"))).toContain("is of anna");
    const rewritten = month(10, { reopenings: [{ ...entry, reason: "another" }] });
    expect(last(...shut, request, change(rewritten, 3, "bert"))).toContain("as it was");
    expect(last(...shut, request, change(month(10), 3, "bert"))).toContain("ask for its reopening first");
  });

  test("can be withdrawn, and asked for once at a time", () => {
    expect(last(...shut, request, change(closed(10, CUT), 3))).toBe("applied");
    const again = closed(10, CUT, { reopening: { ...asked, requested_by: "carl" } });
    expect(last(...shut, request, change(again, 3, "carl"))).toContain("asked for by anna already");
  });

  test("begins with the last closed one, and the next closing has a later cut", () => {
    const two = [change(month(10), 0), change(month(11), 0), change(closed(10, CUT), 1)];
    const later = "2026-12-05T00:00:00.000Z";
    const blocked = [...two, change(closed(11, later), 1), change(closed(10, CUT, { reopening: asked }), 2)];
    expect(last(...blocked)).toContain("2026-11 is closed behind it");
    const open = [...shut, request, change(reopened(), 3, "bert")];
    const { reopenings } = reopened();
    expect(last(...open, change(closed(10, "2026-11-04T00:00:00.000Z", { reopenings }), 4))).toContain(
      "before the cut",
    );
    expect(last(...open, change(closed(10, later, { reopenings }), 4))).toBe("applied");
    expect(last(...open, change(closed(10, later), 4))).toContain("reopenings cannot change");
    expect(last(...open, removal("2026-10", 4))).toContain("stays on record");
  });
});
