import { expect, test } from "vitest";
import { closedPeriodWarnings } from "#core/periods/closed-warnings.ts";
import type { SettingValue } from "#core/settings/change.ts";
import { closed, month } from "#test/core/settings/period-changes.ts";

const PERIODS = [
  month(11),
  month(10, { state: "soft_closed", soft_closed_at: "2026-11-02T00:00:00.000Z" }),
  closed(9, "2026-10-05T00:00:00.000Z"),
].map((value) => ({ value }));
const change = (effective_from: string, effective_to: string | null = null, kind = "price") => ({
  kind: kind as "price",
  value: { effective_from, effective_to } as unknown as SettingValue as never,
});
const told = (...changes: ReturnType<typeof change>[]) => closedPeriodWarnings(PERIODS, changes);

test("a period that is closed or soft-closed is named, in order, with how many changes reach into it", () => {
  expect(told(change("2026-09-15T00:00:00.000Z"), change("2026-10-31T23:59:59.999Z"))).toEqual([
    "the period 2026-09 is closed, and one change is effective within: nothing moves until a run (docs/runs.md), and what a run corrects is booked in the first open period",
    "the period 2026-10 is soft-closed, and 2 changes are effective within: nothing moves until a run (docs/runs.md)",
  ]);
});

test.each(["discount", "allocation"])("%s are warned of like prices", (kind) =>
  expect(told(change("2026-09-01T00:00:00.000Z", "2026-09-02T00:00:00.000Z", kind))).toHaveLength(1),
);

test.each([
  ["from the open period on", change("2026-11-01T00:00:00.000Z")],
  ["until before the closed one", change("2026-08-01T00:00:00.000Z", "2026-09-01T00:00:00.000Z")],
  ["of a kind that no call depends on", change("2026-09-15T00:00:00.000Z", null, "fallback_rate")],
  ["a removal", { ...change("2026-09-15T00:00:00.000Z"), value: null }],
])("nothing is said of what is effective %s", (_name, one) => {
  expect(told(one as never)).toEqual([]);
});

test("without periods nothing is said", () => {
  expect(closedPeriodWarnings([], [change("2020-01-01T00:00:00.000Z")])).toEqual([]);
});
