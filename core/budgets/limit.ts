import { type Money, parseMoney } from "#core/money.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";

/** What a budget allows at a moment: its amount and the top-ups that are in force. In 1e-12 USD. */
export function limitAt({ amount_usd, top_ups }: BudgetSetting, atMs: number): Money {
  const inForce = top_ups.filter(
    ({ from, expires_at }) => Date.parse(from) <= atMs && atMs < Date.parse(expires_at),
  );
  return inForce.reduce(
    (sum, { amount_usd: more }) => sum + amountOf(more),
    amountOf(amount_usd) as bigint,
  ) as Money;
}

/** Whether a budget counts at a moment. */
export function isInForce({ valid_from: from, valid_to: to }: BudgetSetting, atMs: number): boolean {
  return (from === null || Date.parse(from) <= atMs) && (to === null || atMs < Date.parse(to));
}

function amountOf(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`an amount passed its schema with ${text}`);
  return read.value;
}
