import { z } from "zod";
import { Paths } from "#core/mapping/path.ts";

export const TIME_UNITS = ["auto", "iso", "s", "ms", "us", "ns", "uuid7"] as const;
export const DURATION_UNITS = ["text", "s", "ms", "us", "ns"] as const;
const paths = (text: string) => Paths.optional().describe(text);

export const TimeField = z.strictObject({
  path: Paths.describe("Where the time lies."),
  unit: z
    .enum(TIME_UNITS)
    .default("auto")
    .describe(
      "`auto`: ISO 8601, or a number whose size tells its unit; `iso`; since 1970 in `s`, `ms`, `us` or `ns`; `uuid7`: the time in a UUID of version 7.",
    ),
});

export const DurationField = z.strictObject({
  path: Paths.describe("Where the duration lies."),
  unit: z
    .enum(DURATION_UNITS)
    .default("ms")
    .describe("The unit of a bare number; `text` is one that says its own: `3310ms`, `3.31s`, `1m2.5s`."),
});

export const TimesMap = z.strictObject({
  start: TimeField.optional().describe("When the call began. Without it: the end minus the duration."),
  end: TimeField.optional().describe("When it ended. Without it: the start plus the duration."),
  first_token: TimeField.optional().describe("When the first token arrived."),
  duration: DurationField.optional().describe("How long the call took."),
  first_token_after: DurationField.optional().describe("How long after the start the first token arrived."),
  overhead: DurationField.optional().describe("Time that the gateway itself took."),
});

export const MetersMap = z.strictObject({
  prompt: paths("Input tokens, with or without cached ones (`includes_cache`)."),
  output: paths("Output tokens, thinking included."),
  thinking: paths("The part of the output that was thinking."),
  cache_read: paths("Input tokens that were read from a cache."),
  cache_write: paths("All input tokens that were written to a cache."),
  cache_write_5m: paths("Those written to a cache of 5 minutes."),
  cache_write_1h: paths("Those written to a cache of 1 hour."),
  web_search: paths("Web searches that the provider ran and bills."),
  total: paths("A total to check the parts against."),
  total_is: z
    .enum(["prompt_plus_output", "everything", "either"])
    .default("either")
    .describe(
      "What the total adds: `prompt` and `output` alone, cached tokens that `prompt` leaves out as well, or one of both. Another total is a reject (`meters_contradict`).",
    ),
  includes_cache: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      "Whether `prompt` counts cached tokens. null: nothing tells, and a record with cached tokens is a reject (`usage_unreadable`) unless its source says so by `input_includes_cache`, which wins in any case.",
    ),
  zero: z
    .enum(["counted", "unknown_if_all"])
    .default("counted")
    .describe(
      "`unknown_if_all`: a record whose figures are all 0 did not count, instead of having used nothing.",
    ),
  without_cache_counts: z
    .enum(["final", "estimated"])
    .default("final")
    .describe(
      "How far a record is trusted that states no cached tokens. `estimated` where the gateway never says them: what a cache served is then priced as uncached input, flagged.",
    ),
  elsewhere: z
    .array(z.enum(["prompt", "output"]))
    .max(2)
    .default([])
    .describe(
      "What another record of the same call counts; 0 in this one. For sources with two events a call.",
    ),
  other: z
    .array(
      z.strictObject({
        unit: z.string().min(1).max(64).describe("What is counted, in the singular: `image`."),
        quantity: Paths.describe("How many."),
      }),
    )
    .max(16)
    .default([])
    .describe("Anything else that a model bills by."),
});
export type MetersMap = z.infer<typeof MetersMap>;

export const CostMap = z.strictObject({
  amount: Paths.describe("The gateway's own figure, a number or a decimal string; 0 is taken for unknown."),
  unit: z.enum(["usd", "cents"]).default("usd").describe("Whether it is in whole units or in cents."),
  currency: paths("Where the currency lies; without it the figure is in USD."),
});
