import { z } from "zod";

/**
 * What a call consumed. The token meters are disjoint: each token is counted in exactly one of them, so a bill
 * is the plain sum of meter x rate. NULL is "the gateway did not say", 0 is "the gateway said none".
 */
export const TOKEN_METERS = [
  "input_tokens",
  "cache_read_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "cache_write_tokens",
  "output_tokens",
] as const;
export type TokenMeter = (typeof TOKEN_METERS)[number];

/** Meters that a price row can have a rate for. Thinking is a part of output and is never rated by itself. */
export const RATED_METERS = [...TOKEN_METERS, "web_search_requests"] as const;
export type RatedMeter = (typeof RATED_METERS)[number];

/** A whole number that a double holds exactly; larger ones are refused rather than rounded. */
export const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const meter = (text: string) => Count.nullable().default(null).describe(text);

export const Meters = z
  .strictObject({
    input_tokens: meter("Uncached input tokens: without anything read from or written to a cache."),
    cache_read_tokens: meter("Input tokens read from a prompt cache."),
    cache_write_5m_tokens: meter("Input tokens written to a cache that lives 5 minutes."),
    cache_write_1h_tokens: meter("Input tokens written to a cache that lives 1 hour."),
    cache_write_tokens: meter("Input tokens written to a cache whose lifetime the gateway did not say."),
    output_tokens: meter("Output tokens, thinking included."),
    thinking_tokens: meter("The part of `output_tokens` that was thinking; for observation, never added."),
    web_search_requests: meter("Web searches that the model provider ran and bills for."),
    other: z
      .array(
        z.strictObject({
          unit: z
            .string()
            .min(1)
            .max(64)
            .describe("What is counted, in the singular: `image`, `audio_second`."),
          quantity: z
            .string()
            .regex(/^\d{1,20}(\.\d{1,12})?$/)
            .describe("How many, as a decimal string."),
        }),
      )
      .max(16)
      .default([])
      .describe("Anything else that a model bills by."),
  })
  .describe("Disjoint and nullable counters: unknown is null, never 0.");
export type Meters = z.infer<typeof Meters>;
/** The meters of a call of which nothing is known. */
export const NO_METERS: Meters = Meters.parse({});
