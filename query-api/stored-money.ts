import { formatMoney, type Money, parseMoney, ZERO } from "#core/money.ts";
import type { Amount } from "#query-api/answer-types.ts";

/** An amount as the store writes it: a decimal of at most 12 places. */
export function storedMoney(text: string): Money {
  // Most amounts of a table of groups, and no work.
  if (text === "0") return ZERO;
  const money = parseMoney(text);
  if (!money.ok) throw new Error(`the store gave no amount of money: ${money.detail}`);
  return money.value;
}

export function usd(money: Money): Amount {
  return { amount: formatMoney(money), currency: "USD" };
}
