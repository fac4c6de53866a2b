import { describe, expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { allocationChange, messages } from "#test/core/settings/changes.ts";

/** What became of the last of some changes. */
function lastOf(...changes: readonly object[]) {
  const last = foldAll(NO_SETTINGS, messages(...changes)).outcomes.at(-1);
  if (last === undefined) throw new Error("there is a change");
  return last.outcome === "applied" ? "applied" : last.detail;
}

const day = (text: string) => `${text}T00:00:00.000Z`;

describe("two owners of the same calls at the same time are refused", () => {
  const ours = allocationChange("ours", 0, {
    effective_from: day("2026-01-01"),
    effective_to: day("2026-07-01"),
  });

  test.each<[string, object]>([
    ["the same time", { effective_from: day("2026-01-01"), effective_to: day("2026-07-01") }],
    ["the last day", { effective_from: day("2026-06-30") }],
    ["from before, without an end", { effective_from: day("2025-01-01") }],
    ["within", { effective_from: day("2026-02-01"), effective_to: day("2026-02-02") }],
  ])("%s", (_, value) => {
    expect(lastOf(ours, allocationChange("theirs", 0, { ...value, cost_center: "999" }))).toContain(
      "allocation ours (from 2026-01-01T00:00:00.000Z to 2026-07-01T00:00:00.000Z) both own team search",
    );
  });

  test.each<[string, object]>([
    ["one that begins where the other ends", { effective_from: day("2026-07-01") }],
    [
      "one that ends where the other begins",
      { effective_from: day("2025-01-01"), effective_to: day("2026-01-01") },
    ],
    ["another value", { value: "Search" }],
    ["another kind of the same value", { match: "project" }],
    ["a cancelled one", { status: "cancelled" }],
  ])("but %s is not", (_, value) => {
    expect(lastOf(ours, allocationChange("theirs", 0, value))).toBe("applied");
  });

  test("and a rule cannot grow into its neighbour, nor come back to life over it", () => {
    const next = allocationChange("next", 0, { effective_from: day("2026-07-01") });
    const longer = allocationChange("ours", 1, {
      effective_from: day("2026-01-01"),
      effective_to: day("2026-07-02"),
    });
    expect(lastOf(ours, next, longer)).toContain("both own team search");
    const gone = allocationChange("gone", 0, { status: "cancelled" });
    expect(lastOf(ours, gone, allocationChange("gone", 1, { status: "active" }))).toContain("both own");
  });
});

describe("a circle of teams is refused", () => {
  const pays = (id: string, team: string, value: string, more: object = {}) =>
    allocationChange(id, 0, { value, team, cost_center: null, ...more });

  test("of two, and of three, named in full", () => {
    expect(lastOf(pays("1", "b", "a"), pays("2", "a", "b"))).toBe(
      "allocation 2 closes a circle of teams: b -> a -> b",
    );
    expect(lastOf(pays("1", "b", "a"), pays("2", "c", "b"), pays("3", "a", "c"))).toContain(
      "c -> a -> b -> c",
    );
    expect(lastOf(pays("1", "b", "a"), pays("2", "a", "b", { cost_center: "1" }))).toContain("circle");
  });

  test("of one", () => {
    expect(lastOf(pays("1", "a", "a"))).toBe("allocation 1 hands team a to itself");
    expect(lastOf(pays("1", "a", "a", { cost_center: "1" }))).toBe("applied");
  });

  test("but not where its rules are never in force together", () => {
    const first = pays("1", "b", "a", { effective_to: day("2026-02-01") });
    expect(lastOf(first, pays("2", "a", "b", { effective_from: day("2026-02-01") }))).toBe("applied");
    expect(lastOf(first, pays("2", "a", "b", { effective_from: day("2026-01-31") }))).toContain("circle");
  });
});

describe("a rule by itself", () => {
  test.each<[string, object, string]>([
    ["ends before it begins", { effective_to: day("2025-12-31") }, "not after it begins"],
    ["ends as it begins", { effective_to: day("2026-01-01") }, "not after it begins"],
    ["says nothing", { cost_center: null }, "neither a team nor a cost_center"],
    ["names a person", { match: "user", value: "ada@example.com" }, "pseudonym"],
    ["goes by what there is not", { match: "colour" }, "value.match"],
    [
      "takes the name of the bucket",
      { cost_center: "Unallocated" },
      "UNALLOCATED is what has no cost centre",
    ],
    ["has a cost centre of blanks", { cost_center: " 42" }, "begins or ends with a blank"],
    ["is of a day that is none", { effective_from: day("2026-02-30") }, "is no such moment"],
    ["has a field too many", { owner: "x" }, "Unrecognized key"],
  ])("that %s is refused", (_, value, detail) => {
    expect(lastOf(allocationChange("one", 0, value))).toContain(detail);
  });

  test.each([["match"], ["value"], ["team"], ["cost_center"], ["effective_from"]])(
    "never changes its %s",
    (field) => {
      const other = {
        match: "project",
        value: "x",
        team: "x",
        cost_center: "x",
        effective_from: day("2026-03-01"),
      }[field];
      expect(lastOf(allocationChange("one", 0), allocationChange("one", 1, { [field]: other }))).toBe(
        `an allocation's ${field} cannot change; end or cancel the rule and add another`,
      );
    },
  );

  test("is ended, or cancelled, and never removed", () => {
    const one = allocationChange("one", 0);
    expect(lastOf(one, allocationChange("one", 1, { effective_to: day("2026-09-01") }))).toBe("applied");
    expect(lastOf(one, allocationChange("one", 1, { status: "cancelled" }))).toBe("applied");
    expect(lastOf(one, allocationChange("one", 1, null))).toContain("is cancelled, not removed");
  });
});
