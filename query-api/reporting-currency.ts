import { z } from "zod";
import { convertMoney, findCurrencyRate } from "#core/currency-rates.ts";
import { failure } from "#core/failure.ts";
import { formatMoney, type Money } from "#core/money.ts";
import { type CurrencyRateSetting, RATE_TYPES } from "#core/settings/currency-rate.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";
import { Amount } from "#query-api/answer-types.ts";
import { storedMoney } from "#query-api/stored-money.ts";

export const currencyParameters = {
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "is no ISO 4217 code")
    .default("USD")
    .describe(
      "Beside the cost in US dollars, each row's and the total's in this currency, by the rate in force when the range ends.",
    ),
  rate_type: z.enum(RATE_TYPES).optional().describe("Which kind of rate, where there are several."),
} as const;

/** By which rate an answer was converted; all that is needed to do it again. */
export const Conversion = z.object({
  currency: z.string(),
  per_usd: z.string(),
  rate_id: z.string(),
  rate_version: z.int(),
  rate_type: z.enum(RATE_TYPES),
  source: z.string(),
  stated_on: z.string(),
});
export type Conversion = z.infer<typeof Conversion>;

export const Converted = {
  reporting_cost: Amount.optional().describe(
    "`cost` in the asked currency, converted as one sum; so converted rows may differ from the converted total by a rounding of 1e-12 each.",
  ),
} as const;

/**
 * The rate that an answer is converted by; null for US dollars.
 *
 * @throws failure REQUEST_INVALID
 */
export function conversionFor(
  { currencyRates }: Pick<SettingsState, "currencyRates">,
  asked: { readonly currency: string; readonly rate_type?: CurrencyRateSetting["rate_type"] | undefined },
  rangeTo: string,
): Conversion | null {
  if (asked.currency === "USD") return null;
  // A range ends before `to`: a month's report has the rate of that month and not of the next one.
  const found = findCurrencyRate(currencyRates.values(), {
    currency: asked.currency,
    rateType: asked.rate_type,
    atMs: Date.parse(rangeTo) - 1,
  });
  if (!found.ok) throw failure("REQUEST_INVALID", { faults: `currency: ${found.detail}` });
  return conversionBy(found.value);
}

function conversionBy({ version, value }: Versioned<CurrencyRateSetting>): Conversion {
  const { id, currency, per_usd, rate_type, source, stated_on } = value;
  return { currency, per_usd, rate_id: id, rate_version: version, rate_type, source, stated_on };
}

/** Figures with their cost in another currency as well. */
export function converted<Row extends { readonly cost: Amount }>(
  row: Row,
  conversion: Conversion,
): Row & { reporting_cost: Amount } {
  const amount = convertMoney(storedMoney(row.cost.amount), conversion);
  return { ...row, reporting_cost: { amount: formatMoney(amount as Money), currency: conversion.currency } };
}
