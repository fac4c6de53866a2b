import { z } from "zod";
import { discountOverlap } from "#core/price-overlap.ts";
import type { Result } from "#core/result.ts";
import { readRowsFile } from "#core/rows-file.ts";
import { DiscountSetting, discountRule } from "#core/settings/discount.ts";
import { type ImportPlan, planImport } from "#core/settings/import-plan.ts";
import type { SettingsState } from "#core/settings/state.ts";

const DiscountFile = z.strictObject({
  schema: z.literal("spendtrail.discounts.v1"),
  discounts: z.array(DiscountSetting).min(1),
});

/** Reads a discount file's text; every fault names the discount and the field. */
export function readDiscountFile(text: string): Result<readonly DiscountSetting[]> {
  return readRowsFile(text, {
    schema: DiscountFile,
    rowsOf: ({ discounts }) => discounts,
    what: "discount",
    faultOf: (rows) => rows.map((row) => discountRule(row, null)).find(Boolean) ?? discountOverlap(rows),
  });
}

/** What has to change so that these discounts are as they are here; those that are not named stay. */
export function planDiscounts(
  state: Pick<SettingsState, "discounts">,
  rows: readonly DiscountSetting[],
): ImportPlan {
  return planImport("discount", state.discounts, rows);
}

/** Why these discounts must not come beside those that are there; null when they may. */
export function discountRefusal(
  state: Pick<SettingsState, "discounts">,
  rows: readonly DiscountSetting[],
): string | null {
  return discountOverlap(
    rows,
    [...state.discounts.values()].map(({ value }) => value),
  );
}
