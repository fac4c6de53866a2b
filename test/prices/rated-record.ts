import { readFileSync } from "node:fs";
import { redactionFor } from "#core/adapter.ts";
import { splitElements } from "#core/json/split-elements.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { redact } from "#core/redaction.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { userRef } from "#core/user-ref.ts";
import { adapterOf, contextOf, eventOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

/** One record of the LiteLLM examples, rated with the shipped book, more rows and discounts. */
export function ratedRecord(
  at: number,
  more: readonly PriceSetting[] = [],
  discounts: readonly DiscountSetting[] = [],
) {
  const context = contextOf({ gateway: "litellm" });
  const records = splitElements(readFileSync("examples/records/litellm.json", "utf8"));
  const text = records.ok ? records.value[at] : undefined;
  if (text === undefined) throw new Error(`there is no record ${at}`);
  const rules = redactionFor(adapterOf("litellm"), context.source);
  const stored = redact(text, rules, (name) => userRef(Buffer.alloc(32), name));
  const { data } = eventOf(JSON.parse(stored), context);
  const book = createPriceBook([...shippedPrices(), ...more], discounts);
  const rating = rate(book, { data, eventTimeMs: Date.parse(data.started_at), source: context.source });
  return { data, rating };
}
