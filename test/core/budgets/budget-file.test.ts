import { expect, test } from "vitest";
import { readBudgetFile } from "#core/budgets/budget-file.ts";
import { userRef } from "#core/user-ref.ts";

const ADA = userRef(Buffer.from("salt"), "ada@example.com");
const read = (...budgets: unknown[]) =>
  readBudgetFile({ budgets }, (name) => userRef(Buffer.from("salt"), name));
const entry = (more: object = {}) => ({
  ...{ id: "one", scope: { kind: "team", id: "search" }, amount_usd: "2000", period: { kind: "month" } },
  ...more,
});
const faultOf = (...budgets: unknown[]) => {
  const result = read(...budgets);
  return result.ok ? "taken" : result.detail;
};

test("people become pseudonyms and dates instants; everything else is a setting as it stands", () => {
  const topUp = { id: "more", amount_usd: "5", from: "2026-12-01", expires_at: "2027-01-01T00:00:00+01:00" };
  const result = read(
    entry({ scope: { kind: "user", id: "ada@example.com" }, valid_from: "2026-12-01", top_ups: [topUp] }),
    entry({ id: "two", mode: "per_member", members: ["ada@example.com", ADA] }),
  );
  expect(result).toMatchObject({
    ok: true,
    value: [
      {
        scope: { kind: "user", id: ADA },
        valid_from: "2026-12-01T00:00:00.000Z",
        top_ups: [{ from: "2026-12-01T00:00:00.000Z", expires_at: "2026-12-31T23:00:00.000Z" }],
        period: { kind: "month", zone: "UTC" },
        thresholds: { actual: [50, 80, 95, 100], forecast: [100] },
      },
      { members: [ADA, ADA] },
    ],
  });
  expect(JSON.stringify(result)).not.toContain("example.com");
});

test("an empty list of budgets is a file, too", () => {
  expect(read()).toEqual({ ok: true, value: [] });
});

test.each([
  ["amount zero", { amount_usd: "0" }, "amount_usd: must be a plain decimal above 0"],
  ["amount below zero", { amount_usd: "-5" }, "amount_usd: must be a plain decimal above 0"],
  ["13 decimals", { amount_usd: "1.0000000000001" }, "amount_usd: must be a plain decimal above 0"],
  ["an exponent", { amount_usd: "2e3" }, "amount_usd: must be a plain decimal above 0"],
  ["a thousands separator", { amount_usd: "2,000" }, "amount_usd: must be a plain decimal above 0"],
  ["a float", { amount_usd: 20.1 }, "amount_usd: "],
  ["thresholds out of order", { thresholds: { actual: [80, 50] } }, "thresholds.actual: must go up"],
  ["a threshold twice", { thresholds: { forecast: [80, 80] } }, "thresholds.forecast: must go up"],
  ["a threshold of 0", { thresholds: { actual: [0] } }, "thresholds.actual.0: "],
  ["a date that is none", { valid_from: "2026-02-30" }, "valid_from: "],
  ["a zone for a rolling period", { period: { kind: "rolling", days: 7, zone: "UTC" } }, "period: "],
  ["another period", { period: { kind: "year" } }, "period.kind: "],
  ["a day that months lack", { period: { kind: "fiscal_month", start_day: 31 } }, "period.start_day: "],
  ["no scope", { scope: undefined }, "scope: "],
  ["a scope without an id", { scope: { kind: "team" } }, "scope.id: "],
  ["a misspelt field", { amout: "5" }, 'the entry: Unrecognized key: "amout"'],
  ["an id with blanks", { id: "Search Monthly" }, "id: "],
  ["a receiver's address", { receivers: ["https://evil.example/"] }, "receivers.0: "],
])("%s is refused by entry and field", (_, more, said) => {
  const named = "id" in more ? "budget Search Monthly" : "budget one";
  expect(faultOf(entry({ id: "zero" }), entry(more))).toContain(`${named} (entry 2): ${said}`);
});

test("every fault of a file is named, and an id that is there twice", () => {
  expect(faultOf(entry({ amount_usd: "0", valid_to: 5 }), entry({ id: "" }))).toMatch(
    /entry 1\): amount_usd[\s\S]*entry 1\): valid_to[\s\S]*entry 2\): id/,
  );
  expect(faultOf(entry(), entry())).toBe("budget one: id: is in the file twice");
});

test.each([
  [null, "the file: "],
  [[entry()], "the file: "],
  ["budgets", "the file: "],
  [{ budgets: [], receivers: [] }, "it holds `budgets:`, a list of them, and nothing else"],
  [{ budgets: {} }, "budgets: "],
  [{ budgets: ["one"] }, "budgets (entry 1): "],
])("%j is no file of budgets", (content, said) => {
  const result = readBudgetFile(content, String);
  expect(result.ok ? "taken" : result.detail).toContain(said);
});
