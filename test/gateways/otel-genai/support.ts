import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { contextOf, eventOf, eventsOf, fixture, type Json } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());

export const named = (name: string) => fixture(`otel-genai-${name}`);
export const context = (source: Partial<SourceSetting> = {}) =>
  contextOf({ gateway: "otel-genai", ...source });
export const dataOf = (record: Json, source: Partial<SourceSetting> = {}) =>
  eventOf(record, context(source)).data;

/** A copy with some of its attributes changed; undefined takes one out. */
export function withAttributes(record: Json, changes: Json): Json {
  const attributes = { ...(record["attributes"] as Json), ...changes };
  return { ...record, attributes: JSON.parse(JSON.stringify(attributes)) };
}

/** `response`, `audit: its action`, or `nothing`. */
export function becomes(record: Json): string {
  const [event] = eventsOf(record, context());
  if (event === undefined) return "nothing";
  return event.kind === "audit" ? `audit: ${event.data.action}` : event.kind;
}

export function rated(record: Json): string {
  const data = dataOf(record);
  const timed = { data, eventTimeMs: Date.parse(data.started_at), source: context().source };
  const { cost, status, note } = rate(book, timed);
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}
