import { describe, expect, test } from "vitest";
import { chargeRefusal, planCharges, readChargeRows } from "#core/charge-import.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import { foldAll } from "#core/settings/fold.ts";
import { planToChanges } from "#core/settings/import-plan.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import { planSplitRules, readSplitRuleRows, splitRuleRefusal } from "#core/split-rule-import.ts";
import { messages } from "#test/core/settings/changes.ts";

const HASH = "a".repeat(64);
const ROW = {
  id: "inv-1:1",
  kind: "seat",
  vendor: "anthropic",
  description: "Seats",
  from: "2026-11-01",
  to: "2026-12-01",
  amount: "1200.50",
};
const rowsOf = (cells: readonly Record<string, string>[]) =>
  cells.map((row, at) => ({ line: at + 2, cells: row }));
const read = (cells: readonly Record<string, string>[], hash = HASH) => readChargeRows(rowsOf(cells), hash);
const charges = (...cells: Record<string, string>[]): readonly ChargeSetting[] => {
  const result = read(cells);
  if (!result.ok) throw new Error(result.detail);
  return result.value;
};
const faultOf = (...cells: Record<string, string>[]) => {
  const result = read(cells);
  return result.ok ? "none" : result.detail;
};

let counter = 0;
const folded = (state: SettingsState, plan: ReturnType<typeof planCharges>) => {
  const changeIds = plan.changes.map(() => `00000000-0000-4000-b000-${String(++counter).padStart(12, "0")}`);
  const lines = messages(...planToChanges(plan, { actor: "t", reason: "t", changeIds }));
  return foldAll(
    state,
    lines.map((line) => ({ ...line, offset: line.offset + state.offset + 1n })),
  );
};
const withCharges = (...rows: Record<string, string>[]) =>
  folded(NO_SETTINGS, planCharges(NO_SETTINGS, charges(...rows))).state;

describe("rows of a file of charges", () => {
  test("keep the file's hash and their line", () => {
    expect(charges(ROW)).toMatchObject([
      {
        id: "inv-1:1",
        from: "2026-11-01T00:00:00.000Z",
        amount: "1200.50",
        currency: "USD",
        file_sha256: HASH,
        line: 2,
      },
    ]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["an amount with an exponent", { amount: "1e3" }, "line 2: amount: must be a plain decimal"],
    ["NaN", { amount: "NaN" }, "line 2: amount"],
    ["Infinity", { amount: "Infinity" }, "line 2: amount"],
    ["a float of 13 decimals", { amount: "0.1000000000001" }, "line 2: amount"],
    ["a huge amount", { amount: "1".repeat(16) }, "line 2: amount"],
    ["a thousands separator", { amount: "1,200" }, "line 2: amount"],
    ["a comma as point", { amount: "12,5" }, "line 2: amount"],
    ["zero", { amount: "0.00" }, "other than zero"],
    ["no amount", { amount: "" }, "line 2: amount"],
    ["a sign of plus", { amount: "+12" }, "is a formula"],
    ["a formula", { description: "=cmd|' /C calc'!A0" }, "line 2: description"],
    ["a minus that is no number", { description: "-1+1" }, "is a formula"],
    ["another currency", { currency: "EUR" }, "line 2: currency"],
    ["an unknown kind", { kind: "coffee" }, "line 2: kind"],
    ["a day that is none", { from: "2026-11-31" }, "line 2: from: is no such moment"],
    ["a misspelt column", { costcenter: "1" }, "the columns costcenter are not known"],
  ])("with %s are refused by line and column", (_, cells, fault) => {
    expect(faultOf({ ...ROW, ...cells })).toContain(fault);
  });

  test("with an id twice are refused", () => {
    expect(faultOf(ROW, { ...ROW, amount: "1" })).toBe("charge inv-1:1 is in the file twice");
  });
});

describe("beside the charges on record", () => {
  const refusal = (state: SettingsState, ...rows: Record<string, string>[]) =>
    chargeRefusal(state, charges(...rows));

  test("the same charge is the same, in whatever file it comes again", () => {
    const state = withCharges(ROW);
    const again = read([{ ...ROW, id: "other" }, ROW], "b".repeat(64));
    if (!again.ok) throw new Error(again.detail);
    expect(planCharges(state, again.value)).toMatchObject({ same: ["inv-1:1"], changes: [{ id: "other" }] });
    expect(chargeRefusal(state, again.value)).toBeNull();
  });

  test("a charge is never overwritten: neither by a file, nor by the settings themselves", () => {
    const state = withCharges(ROW);
    const other = { ...ROW, amount: "1200", vendor: "aws" };
    expect(refusal(state, other)).toBe(
      "charge inv-1:1 is on record with another vendor, amount; correct it by another of the difference (`corrects`)",
    );
    const forced = folded(state, planCharges(state, charges(other)));
    expect(forced.outcomes.map(({ outcome }) => outcome)).toEqual(["invalid"]);
    expect(forced.state.charges).toEqual(state.charges);
  });

  test("a correction names what it corrects, may come before it in the file, and is not corrected itself", () => {
    const correction = { ...ROW, id: "inv-2:1", amount: "-200.50", corrects: "inv-1:1" };
    expect(refusal(NO_SETTINGS, correction)).toContain("corrects inv-1:1, which is not there");
    expect(refusal(NO_SETTINGS, correction, ROW)).toBeNull();
    const both = folded(NO_SETTINGS, planCharges(NO_SETTINGS, charges(correction, ROW)));
    expect(both.outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect(refusal(both.state, { ...ROW, id: "inv-3", corrects: "inv-2:1" })).toContain("correct inv-1:1");
  });

  test.each<[string, Record<string, string>, string]>([
    ["ends before it begins", { to: "2026-10-01" }, "not after it begins"],
    ["is for no time", { to: "2026-11-01" }, "not after it begins"],
    ["names a split rule and a payer", { split: "s", team: "search" }, "both a split rule and who pays"],
    ["names a split rule that is not there", { split: "s" }, "split rule s, which is not there"],
    ["is a credit above zero", { kind: "credit" }, "a credit is below zero"],
  ])("one that %s is refused", (_, cells, said) => {
    expect(refusal(NO_SETTINGS, { ...ROW, ...cells })).toContain(said);
  });
});

describe("split rules", () => {
  const rules = (...cells: Record<string, string>[]) => readSplitRuleRows(rowsOf(cells));
  const said = (...cells: Record<string, string>[]) => {
    const result = rules(...cells);
    return result.ok ? (splitRuleRefusal(NO_SETTINGS, result.value) ?? "none") : result.detail;
  };
  const LINE = { id: "s", method: "fixed", by: "team", name: "a", weight: "1" };

  test("have a line a part, and are one rule by their id", () => {
    const result = rules(
      LINE,
      { ...LINE, name: "b", weight: "2.5" },
      { id: "p", method: "proportional", by: "cost_center" },
    );
    expect(result).toMatchObject({
      ok: true,
      value: [
        {
          id: "s",
          parts: [
            { name: "a", weight: "1" },
            { name: "b", weight: "2.5" },
          ],
        },
        { id: "p", parts: [] },
      ],
    });
  });

  test.each<[string, Record<string, string>[], string]>([
    ["a name twice", [LINE, LINE], "names a twice"],
    ["a weight of zero", [{ ...LINE, weight: "0" }], "must be a decimal string above zero"],
    ["a weight below zero", [{ ...LINE, weight: "-1" }], "must be a decimal string above zero"],
    ["no weight", [{ ...LINE, weight: "" }], "is fixed, and a has no weight"],
    ["a weight where none counts", [{ ...LINE, method: "even" }], "is even, and a has a weight"],
    ["nobody", [{ ...LINE, name: "", weight: "", method: "even" }], "names nobody"],
    ["two methods", [LINE, { ...LINE, name: "b", method: "even" }], "different values of method"],
    ["an unknown method", [{ ...LINE, method: "fair" }], "line 2: method"],
  ])("with %s are refused", (_, cells, fault) => {
    expect(said(...cells)).toContain(fault);
  });

  test("never change once they are there", () => {
    const [first, other] = [rules(LINE), rules({ ...LINE, weight: "2" })];
    if (!first.ok || !other.ok) throw new Error("two rules");
    const { state } = folded(NO_SETTINGS, planSplitRules(NO_SETTINGS, first.value));
    expect(splitRuleRefusal(state, first.value)).toBeNull();
    expect(splitRuleRefusal(state, other.value)).toContain("never changes");
    expect(folded(state, planSplitRules(state, other.value)).outcomes[0]?.outcome).toBe("invalid");
  });
});
