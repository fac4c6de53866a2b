import { describe, expect, test } from "vitest";
import { allocationRefusal, planAllocations, readAllocationRows } from "#core/allocation-import.ts";
import { AllocationSetting } from "#core/settings/allocation.ts";
import { foldAll } from "#core/settings/fold.ts";
import { planToChanges } from "#core/settings/import-plan.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages } from "#test/core/settings/changes.ts";

const REF = `u_${"a".repeat(32)}`;
const read = (...cells: Record<string, string>[]) =>
  readAllocationRows(
    cells.map((row, at) => ({ line: at + 2, cells: row })),
    () => REF,
  );
const ROW = { match: "team", value: "search", cost_center: "4200", effective_from: "2026-01-01" };

function faultOf(...cells: Record<string, string>[]): string {
  const result = read(...cells);
  return result.ok ? "none" : result.detail;
}

describe("rows of a file", () => {
  test("dates are instants, people pseudonyms, a workspace an organisation, and ids what a rule is about", () => {
    const result = read(
      ROW,
      { match: "user", value: "Ada", team: "x", effective_from: "2026-01-01T00:00:00+01:00" },
      { match: "workspace", value: "Über uns", cost_center: "1", effective_from: "2026-01-01", id: "ours" },
    );
    expect(
      result.ok &&
        result.value.map(({ id, value, match, effective_from }) => [id, match, value, effective_from]),
    ).toEqual([
      ["team:search:2026-01-01", "team", "search", "2026-01-01T00:00:00.000Z"],
      [`user:${REF}:2025-12-31T23:00:00.000Z`, "user", REF, "2025-12-31T23:00:00.000Z"],
      ["ours", "organization", "Über uns", "2026-01-01T00:00:00.000Z"],
    ]);
  });

  test.each<[string, string, Record<string, string>[]]>([
    ["an unknown kind", "line 2: match: Invalid option", [{ ...ROW, match: "colour" }]],
    ["a formula", 'line 2: cost_center: "=1+1" is a formula', [{ ...ROW, cost_center: "=1+1" }]],
    ["a formula behind a blank", "is a formula", [{ ...ROW, value: " @SUM(A1)" }]],
    ["a date that is none", "effective_from: is no such moment", [{ ...ROW, effective_from: "2026-02-30" }]],
    ["a date of another form", "line 3: effective_from", [ROW, { ...ROW, effective_from: "1.2.2026" }]],
    ["no date", "line 2: effective_from", [{ ...ROW, effective_from: "" }]],
    ["no value", "line 2: value", [{ ...ROW, value: "" }]],
    ["a misspelt column", "the columns costcenter are not known", [{ ...ROW, costcenter: "1" }]],
    [
      "a column that is missing",
      "the columns value are missing",
      [{ match: "team", effective_from: "2026-01-01" }],
    ],
    ["no row", "no row under the header", []],
    ["an id twice", "allocation team:search:2026-01-01 is in the file twice", [ROW, ROW]],
    ["a control character", "must not hold control characters", [{ ...ROW, value: "a\u0007b" }]],
  ])("with %s are refused by line and column", (_, fault, cells) => {
    expect(faultOf(...cells)).toContain(fault);
  });
});

const rule = (fields: object) =>
  AllocationSetting.parse({
    match: "team",
    value: "search",
    effective_from: "2026-01-01T00:00:00.000Z",
    ...fields,
  });
const stateOf = (...rules: AllocationSetting[]) => {
  const plan = planAllocations(NO_SETTINGS, rules);
  const changeIds = plan.changes.map((_, at) => `00000000-0000-4000-9000-${String(at).padStart(12, "0")}`);
  return foldAll(NO_SETTINGS, messages(...planToChanges(plan, { actor: "t", reason: "t", changeIds }))).state;
};

describe("beside the map that is there", () => {
  const old = rule({ id: "old", cost_center: "1" });

  test("a successor comes in with the end of its predecessor, in whatever order the file has them", () => {
    const state = stateOf(old);
    const ended = { ...old, effective_to: "2026-07-01T00:00:00.000Z" };
    const next = rule({ id: "next", cost_center: "2", effective_from: "2026-07-01T00:00:00.000Z" });
    expect(allocationRefusal(state, [next])).toContain("both own team search");
    for (const file of [
      [next, ended],
      [ended, next],
    ]) {
      expect(allocationRefusal(state, file)).toBeNull();
      const plan = planAllocations(state, file);
      expect(plan.changes.map(({ id, action }) => [id, action])).toEqual([
        ["old", "update"],
        ["next", "create"],
      ]);
      const changeIds = ["00000000-0000-4000-a000-000000000001", "00000000-0000-4000-a000-000000000002"];
      const changes = planToChanges(plan, { actor: "t", reason: "t", changeIds });
      const lines = messages(...changes).map((line) => ({ ...line, offset: line.offset + 10n }));
      expect(foldAll(state, lines).outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
      expect(planAllocations(foldAll(state, lines).state, file).changes).toEqual([]);
    }
  });

  test("two owners and a circle within one file are refused before anything is sent", () => {
    const twin = rule({ id: "twin", cost_center: "2" });
    expect(allocationRefusal(NO_SETTINGS, [old, twin])).toContain("both own team search");
    const [ab, ba] = [rule({ id: "ab", value: "a", team: "b" }), rule({ id: "ba", value: "b", team: "a" })];
    expect(allocationRefusal(NO_SETTINGS, [ab, ba])).toContain("circle of teams");
  });

  test("what was said once is not said otherwise under the same id", () => {
    expect(allocationRefusal(stateOf(old), [{ ...old, cost_center: "9" }])).toContain(
      "cost_center cannot change",
    );
  });
});
