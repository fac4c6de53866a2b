import { z } from "zod";
import { Instant, SERVICE_TIERS, SPEEDS, Text } from "#core/event-data.ts";

/** A rate that is not plain decimal text (a JSON number, an exponent, a sign) never gets into the book. */
export const Rate = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/, 'must be a decimal string such as "2.5", with at most 6 places')
  .describe("A decimal string.");

export const TokenRates = z.strictObject({
  input_tokens: Rate.nullable().default(null),
  cache_read_tokens: Rate.nullable().default(null),
  cache_write_5m_tokens: Rate.nullable().default(null),
  cache_write_1h_tokens: Rate.nullable().default(null),
  cache_write_tokens: Rate.nullable().default(null),
  output_tokens: Rate.nullable().default(null),
});

/**
 * One row of the price book: what one model costs on one platform, from a moment on. Rates are stated by the
 * source, never derived from one another. A cancelled row prices nothing and stays for the record.
 */
export const PriceSetting = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._:<>=-]{0,199}$/)
    .describe("Stable id of the row, such as `anthropic-api:claude-opus-5:2026-07-24`."),
  account: Text.nullable()
    .default(null)
    .describe("Only for calls that a source bills to this account. null: for any, where none is named."),
  platform: Text,
  model: Text.describe("The canonical model name."),
  geo_scope: z
    .enum(["any", "global", "regional", "us", "gov"])
    .default("any")
    .describe("Which endpoints the row is for. `any` is not `gov` (AWS GovCloud), whose prices are its own."),
  speed: z.enum(SPEEDS).default("standard"),
  service_tier: z.enum(SERVICE_TIERS).default("standard"),
  prompt_tokens_above: z
    .int()
    .min(0)
    .default(0)
    .describe("Band: the prompt (input + cache reads + cache writes) has more tokens than this, and …"),
  prompt_tokens_max: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("… at most this many. The band reprices the whole call, output included."),
  effective_from: Instant,
  effective_to: Instant.nullable().default(null).describe("Exclusive. null: until a later row."),
  status: z.enum(["scheduled", "active", "cancelled"]).default("active"),
  currency: z.literal("USD").default("USD"),
  usd_per_mtok: TokenRates.describe(
    "USD per 1,000,000 tokens. null: the source states no rate, and a call that used the meter is unpriced.",
  ),
  usd_per_unit: z
    .record(z.string().min(1).max(64), Rate)
    .default({})
    .describe("USD for one unit of an open meter, by its unit: `session_hour`, `image`."),
  usd_per_request: z
    .strictObject({ web_search_requests: Rate.nullable().default(null) })
    .default({ web_search_requests: null }),
  confidence: z.enum(["official", "secondary"]).default("official"),
  sources: z.array(Text).min(1).describe("Where the figures were read."),
  note: Text.nullable().default(null),
});
export type PriceSetting = z.infer<typeof PriceSetting>;
