import { z } from "zod";
import { Instant } from "#core/event-data.ts";

/** What a schedule counts from: the due time, on the calendar of the schedule's zone. */
export const RELATIVE_RANGES = [
  "previous_day",
  "previous_week",
  "previous_month",
  "previous_quarter",
  "previous_year",
  "month_to_date",
  "year_to_date",
] as const;
export type RelativeRange = (typeof RELATIVE_RANGES)[number];

export const SCHEDULED_EXPORTS = ["costs", "focus", "journal"] as const;
export const SCHEDULED_FORMATS = ["csv", "ndjson", "parquet", "xlsx"] as const;

/** Names of schedules and destinations: they stand in file names, metrics and headers. */
export const ScheduleName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

const parameter = z
  .string()
  .max(512)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold control characters or lone surrogates");
const PARAMETERS_MAX = 32;

/**
 * An export that is made again and again. The schema says what can be kept and carried out by this program or another;
 * whether the expression, the zone, the parameters and the owner are good is asked where somebody sets it (decision
 * 0009) and once more at every due time, because zones, keys and versions of libraries change.
 */
export const ExportScheduleSetting = z.strictObject({
  id: ScheduleName.describe("The schedule's name; it begins the name of every file."),
  export: z.enum(SCHEDULED_EXPORTS).describe("Which export, as in `/v1/exports/{export}`."),
  parameters: z
    .record(z.string().regex(/^[a-z][a-z_]{0,63}$/), z.union([parameter, z.array(parameter).min(1).max(100)]))
    .refine((given) => Object.keys(given).length <= PARAMETERS_MAX, `at most ${PARAMETERS_MAX} parameters`)
    .default({})
    .describe("The parameters of that route, but for `from`, `to`, `tz`, `as_of` and `format`."),
  range: z.enum(RELATIVE_RANGES).describe("What of, as seen from the due time."),
  format: z.enum(SCHEDULED_FORMATS).default("csv"),
  cron: z
    .string()
    .min(9)
    .max(200)
    .describe("When it is due: minute, hour, day of the month, month, day of the week (`0 6 1 * *`)."),
  zone: z.string().min(1).max(64).default("UTC").describe("The IANA time zone of `cron` and `range`."),
  destination: ScheduleName.describe("The name of a destination that the operator has configured."),
  owner: z
    .string()
    .regex(/^[a-z0-9]{12}$/)
    .describe("The id of the key for which it is made: the file holds what that key may see then."),
  enabled: z.boolean().default(true).describe("false: paused; what falls due meanwhile is not made up for."),
  catch_up: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe(
      "How many due times before the newest are made up for after a downtime; older ones are missed.",
    ),
  also_at: Instant.nullable()
    .default(null)
    .describe("A due time beside those of `cron`: for a run by hand, or again for one that failed."),
});
export type ExportScheduleSetting = z.infer<typeof ExportScheduleSetting>;
