import { type Money, parseMoney } from "#core/money.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import type { SplitRuleSetting } from "#core/settings/split-rule.ts";
import { splitInProportion } from "#core/split-in-proportion.ts";

/** What one payer has of a charge. Both null: UNALLOCATED. */
export interface ChargePart {
  readonly team: string | null;
  readonly cost_center: string | null;
  readonly amount: Money;
}

/**
 * Divides a charge, to the last digit: the parts add up to it exactly (largest remainder; of equal ones the first by
 * name). `costs` is what the calls of each name cost in the charge's period, for a proportional rule. Where nobody has
 * a cost above zero there is nothing to go by, and the charge stays whole and UNALLOCATED.
 */
export function splitCharge(
  charge: Pick<ChargeSetting, "amount" | "team" | "cost_center">,
  rule: SplitRuleSetting | null,
  costs: ReadonlyMap<string, Money>,
): readonly ChargePart[] {
  const amount = amountOf(charge);
  if (rule === null) return [{ team: charge.team, cost_center: charge.cost_center, amount }];
  const weights = weightsOf(rule, costs).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (weights.length === 0) return [{ team: null, cost_center: null, amount }];
  const parts = splitInProportion(
    amount,
    weights.map(({ weight }) => weight),
  );
  return weights.map(({ name }, at) => ({
    team: rule.by === "team" ? name : null,
    cost_center: rule.by === "cost_center" ? name : null,
    amount: (parts[at] ?? 0n) as Money,
  }));
}

/** A charge's amount in 1e-12 USD. */
export function amountOf({ amount }: Pick<ChargeSetting, "amount">): Money {
  const read = parseMoney(amount);
  if (!read.ok) throw new Error(`a charge passed its schema with ${amount}`);
  return read.value;
}

interface Weighed {
  readonly name: string;
  readonly weight: bigint;
}

function weightsOf({ method, parts }: SplitRuleSetting, costs: ReadonlyMap<string, Money>): Weighed[] {
  if (method === "even") return parts.map(({ name }) => ({ name, weight: 1n }));
  if (method === "fixed")
    return parts.map(({ name, weight }) => ({ name, weight: amountOf({ amount: weight ?? "0" }) }));
  const among = parts.length === 0 ? [...costs.keys()] : parts.map(({ name }) => name);
  return among.map((name) => ({ name, weight: costs.get(name) ?? 0n })).filter(({ weight }) => weight > 0n);
}
