import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { Rate } from "#core/settings/price.ts";

/** Each unpriced row is compared with each of them, so there is an end. */
export const FALLBACK_RATES_MAX = 100;
/** Sums of five minutes must be able to tell on which side of a beginning they lie (docs/rollups.md). */
const STEP_MS = 300_000;

/**
 * What a budget takes a call for that has no price. It is a guess that somebody states, and it is in no cost: costs,
 * exports and the journal know nothing of it (docs/prices.md). Two rates and not one: an agent reads fifty tokens for
 * each that it writes, a batch job two, and one blended rate would be wrong for both. Who has only one states it twice.
 * Reads and writes of a cache count as input at its full rate: a budget is better warned early than late.
 */
export const FallbackRateSetting = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._:<>=-]{0,199}$/)
    .describe("Stable id, such as `new-models`."),
  model: Text.max(200)
    .default("*")
    .describe("The canonical model name, or the record's where our table does not know it; `*` is any text."),
  platform: Text.nullable().default(null).describe("Only on this platform; null: on any."),
  usd_per_mtok: z
    .strictObject({
      input: Rate.describe("USD per 1,000,000 tokens of input, from and to a cache too."),
      output: Rate.describe("The same of output."),
    })
    .describe("Decimal strings."),
  effective_from: Instant.describe("On whole five minutes."),
  effective_to: Instant.nullable().default(null).describe("Exclusive. null: until it is removed."),
  note: Text.nullable().default(null),
});
export type FallbackRateSetting = z.infer<typeof FallbackRateSetting>;

/** Why a fallback rate must not become this; null when it may. It made no figure that is kept, so it may go. */
export function fallbackRateRule(
  { fallbackRates }: { readonly fallbackRates: ReadonlyMap<string, unknown> },
  value: FallbackRateSetting | null,
): string | null {
  if (value === null) return null;
  const { id, effective_from: from, effective_to: to } = value;
  if (to !== null && to <= from) return `fallback rate ${id} ends at ${to}, not after it begins`;
  const odd = [from, to].find((time) => time !== null && Date.parse(time) % STEP_MS !== 0);
  if (odd !== undefined) return `fallback rate ${id} names ${odd}, which is not on whole five minutes`;
  if (!fallbackRates.has(id) && fallbackRates.size >= FALLBACK_RATES_MAX)
    return `there are ${FALLBACK_RATES_MAX} fallback rates, which is the most; remove one first`;
  return null;
}
