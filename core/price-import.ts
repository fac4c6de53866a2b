import { z } from "zod";
import { priceOverlap } from "#core/price-overlap.ts";
import type { Result } from "#core/result.ts";
import { type RowsFault, readRowsFile } from "#core/rows-file.ts";
import { type ImportPlan, planImport } from "#core/settings/import-plan.ts";
import { PriceSetting } from "#core/settings/price.ts";
import type { SettingsState } from "#core/settings/state.ts";

const PriceFile = z.strictObject({
  schema: z.literal("spendtrail.prices.v1"),
  unit: z.literal("USD per 1,000,000 tokens, and USD per request"),
  prices: z.array(PriceSetting).min(1),
});

/** Reads a price file's text; every fault names the row and the field. */
export function readPriceFile(text: string): Result<readonly PriceSetting[], RowsFault> {
  return readRowsFile(text, {
    schema: PriceFile,
    rowsOf: ({ prices }) => prices,
    what: "price",
    faultOf: priceOverlap,
  });
}

/** What has to change so that the book holds these rows as they are; rows that are not named stay. */
export function planPrices(state: Pick<SettingsState, "prices">, rows: readonly PriceSetting[]): ImportPlan {
  return planImport("price", state.prices, rows);
}

/** Why these rows must not come beside those of the book; null when they may. */
export function priceRefusal(
  state: Pick<SettingsState, "prices">,
  rows: readonly PriceSetting[],
): string | null {
  return priceOverlap(
    rows,
    [...state.prices.values()].map(({ value }) => value),
  );
}

/** Those of the rows that contradict nothing that is in the book: what may be put in without a person. */
export function withoutOverlaps(
  state: Pick<SettingsState, "prices">,
  rows: readonly PriceSetting[],
): readonly PriceSetting[] {
  return rows.filter((row) => state.prices.has(row.id) || priceRefusal(state, [row]) === null);
}
