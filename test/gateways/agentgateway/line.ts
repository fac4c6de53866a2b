import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { contextOf, eventOf, type Json } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());

export const context = (source: Partial<SourceSetting> = {}) =>
  contextOf({ gateway: "agentgateway", ...source });

export const dataOf = (record: Json, source: Partial<SourceSetting> = {}) =>
  eventOf(record, context(source)).data;

/** The members are flat and their names hold dots; undefined takes one out. */
export function changed(line: Json, changes: Json): Json {
  return Object.fromEntries(
    Object.entries({ ...line, ...changes }).filter(([, value]) => value !== undefined),
  );
}

export function rated(line: Json): string {
  const data = dataOf(line);
  const { source } = context();
  const { cost, status, note } = rate(book, { data, eventTimeMs: Date.parse(data.started_at), source });
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}
