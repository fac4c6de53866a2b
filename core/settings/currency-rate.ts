import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";

export const RATE_TYPES = ["spot", "month_average", "period_end", "budget"] as const;

/**
 * What one US dollar is in another currency, from a moment on, as somebody states it. Reports are converted by it, total
 * by total; what a call cost never is.
 */
export const CurrencyRateSetting = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/)
    .describe("Stable id of the row, such as `EUR:period_end:2026-10`."),
  currency: z
    .string()
    .regex(/^(?!USD)[A-Z]{3}$/)
    .describe("ISO 4217."),
  per_usd: z
    .string()
    .regex(/^(?=.*[1-9])\d{1,12}(\.\d{1,12})?$/)
    .describe("How much of it is one US dollar: a decimal string above zero."),
  rate_type: z.enum(RATE_TYPES).describe("What kind of rate the source states."),
  source: Text.describe("Who states it, such as `ECB reference rates`."),
  stated_on: z.iso.date().describe("The day that the source states it for."),
  effective_from: Instant.describe("Ranges that end after this are converted by it, …"),
  effective_to: Instant.nullable()
    .default(null)
    .describe("… up to this, exclusive. null: until a later row."),
  status: z.enum(["active", "cancelled"]).default("active"),
});
export type CurrencyRateSetting = z.infer<typeof CurrencyRateSetting>;

/** What a row is about; another value of any of these is another row. */
const IDENTITY = ["currency", "rate_type", "effective_from"] as const;

/** Why a change of a rate must not be made; null when it may. */
export function currencyRateRule(
  value: CurrencyRateSetting | null,
  before: CurrencyRateSetting | null,
): string | null {
  if (value === null)
    return "a currency rate is cancelled, not removed, so that past reports can be explained";
  if (value.effective_to !== null && value.effective_to <= value.effective_from)
    return `currency rate ${value.id} ends at ${value.effective_to}, not after it begins`;
  const changed = before === null ? undefined : IDENTITY.find((field) => before[field] !== value[field]);
  return changed === undefined
    ? null
    : `a currency rate's ${changed} cannot change; cancel the row and add another`;
}
