import { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";
import { type ImportPlan, planImport } from "#core/settings/import-plan.ts";
import { PriceSetting } from "#core/settings/price.ts";
import type { SettingsState } from "#core/settings/state.ts";

const PriceFile = z.strictObject({
  schema: z.literal("spendtrail.prices.v1"),
  unit: z.literal("USD per 1,000,000 tokens, and USD per request"),
  prices: z.array(PriceSetting).min(1),
});

/** Reads a price file's text; every fault names the row and the field. */
export function readPriceFile(
  text: string,
): Result<readonly PriceSetting[], "not_json" | "bad_shape" | "named_twice"> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return no("not_json", (error as Error).message);
  }
  const file = PriceFile.safeParse(json);
  if (!file.success) {
    const faults = file.error.issues.map(
      (issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`,
    );
    return no("bad_shape", faults.join("\n"));
  }
  const ids = file.data.prices.map((row) => row.id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  return twice === undefined
    ? ok(file.data.prices)
    : no("named_twice", `price ${twice} is in the file twice`);
}

/** What has to change so that the book holds these rows as they are; rows that are not named stay. */
export function planPrices(state: Pick<SettingsState, "prices">, rows: readonly PriceSetting[]): ImportPlan {
  return planImport("price", state.prices, rows);
}
