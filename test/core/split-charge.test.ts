import { describe, expect, test } from "vitest";
import { addMoney, type Money, parseMoney } from "#core/money.ts";
import { SplitRuleSetting } from "#core/settings/split-rule.ts";
import { splitCharge } from "#core/split-charge.ts";
import { seeded } from "#test/core/seeded.ts";

const money = (text: string): Money => {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};
const charge = (amount: string) => ({ amount, team: null, cost_center: null });
const rule = (fields: object) => SplitRuleSetting.parse({ id: "r", by: "team", ...fields });
const partsOf = (amount: string, split: SplitRuleSetting, costs: Record<string, string> = {}) =>
  splitCharge(
    charge(amount),
    split,
    new Map(Object.entries(costs).map(([name, cost]) => [name, money(cost)])),
  ).map((part) => [part.team ?? part.cost_center, part.amount]);

describe("a charge is divided", () => {
  test("by stated weights; the unit that is left goes to the largest remainder", () => {
    const split = rule({
      method: "fixed",
      parts: [
        { name: "b", weight: "1" },
        { name: "a", weight: "2" },
      ],
    });
    expect(partsOf("100", split)).toEqual([
      ["a", 66_666_666_666_667n],
      ["b", 33_333_333_333_333n],
    ]);
  });

  test("evenly, and a credit as well", () => {
    const split = rule({
      method: "even",
      by: "cost_center",
      parts: [{ name: "1" }, { name: "2" }, { name: "3" }],
    });
    expect(partsOf("-0.000000000002", split)).toEqual([
      ["1", -1n],
      ["2", -1n],
      ["3", 0n],
    ]);
  });

  test("in proportion to cost: among all, or among those that are named", () => {
    const costs = { search: "30", ads: "10", maps: "0", odd: "-5" };
    expect(partsOf("8", rule({ method: "proportional" }), costs)).toEqual([
      ["ads", money("2")],
      ["search", money("6")],
    ]);
    const among = rule({ method: "proportional", parts: [{ name: "ads" }, { name: "maps" }] });
    expect(partsOf("8", among, costs)).toEqual([["ads", money("8")]]);
  });

  test("not where nobody has a cost: it stays whole, and nobody's", () => {
    expect(partsOf("8", rule({ method: "proportional" }), { maps: "0" })).toEqual([[null, money("8")]]);
  });

  test("not without a rule", () => {
    expect(splitCharge({ amount: "8", team: "ads", cost_center: "1" }, null, new Map())).toEqual([
      { team: "ads", cost_center: "1", amount: money("8") },
    ]);
  });
});

test("over random rules and amounts the parts add up to the whole, to the last digit, in whatever order they are stated", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = seeded(seed);
    const names = Array.from({ length: 1 + random.below(12) }, (_, at) => `n${at}`);
    const method = random.pick(["fixed", "even", "proportional"] as const);
    const parts = names.map((name) => ({
      name,
      weight: method === "fixed" ? `${1 + random.below(1000)}.${1 + random.below(999_999)}` : null,
    }));
    const cents = `${random.below(1e9)}.${String(random.below(1e9)).padStart(12, "0")}`;
    const amount = `${random.below(2) === 0 ? "-" : ""}${cents}`;
    const costs = new Map(names.map((name) => [name, BigInt(random.below(1e9)) as Money]));
    const split = rule({ method, parts });
    const done = splitCharge(charge(amount), split, costs);
    expect(addMoney(done.map((part) => part.amount)), `seed ${seed}`).toBe(money(amount));
    const turned = { ...split, parts: split.parts.toReversed() };
    expect(splitCharge(charge(amount), turned, new Map([...costs].reverse()))).toEqual(done);
    for (const part of done) expect(part.amount < 0n).toBe(part.amount !== 0n && amount.startsWith("-"));
  }
});
