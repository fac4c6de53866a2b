import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { PeriodFigures } from "#core/periods/figures.ts";

export const PERIOD_STATES = ["open", "soft_closed", "closed"] as const;

export const PeriodId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "letters, digits, '.', '_' and '-', at most 63");

/** What was booked when a period was closed. The lines behind the hash can be asked for again at any time. */
const Snapshot = z.strictObject({
  totals: PeriodFigures,
  lines: z.int().min(0).describe("How many teams and models the totals are of."),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Of the canonical text of those lines (docs/periods.md)."),
  settings_offset: z
    .string()
    .regex(/^(-1|0|[1-9]\d{0,18})$/)
    .describe("The settings as of which it was taken."),
  data_until: Instant.nullable().describe(
    "The arrival time at Kafka of the newest record that was counted then.",
  ),
  accepted: z
    .array(Text)
    .describe("What stood in the way and was accepted: `unpriced`, `gaps`. The reason says why."),
  closed_by: Text.describe("The key that closed it."),
  reason: Text,
});

const Request = z.strictObject({ requested_by: Text, requested_at: Instant, reason: Text });

/** A closing that was taken back, by two: it stays on record. */
const Reopening = z.strictObject({
  ...Request.shape,
  approved_by: Text,
  approved_at: Instant,
  approval: Text.describe("Why it was approved."),
  closed_at: Instant.describe("The cut that was taken back."),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Of the totals as they were closed."),
});

/**
 * An accounting period: a month of the company's zone, or whatever its calendar calls one. Once it is closed, what is
 * booked in it stays; what comes later is booked in the first period that is open then (`core/periods/posting.ts`).
 */
export const PeriodSetting = z.strictObject({
  id: PeriodId.describe("Such as `2026-11`."),
  zone: z
    .string()
    .regex(/^[A-Za-z0-9._+/-]{1,64}$/)
    .describe("The IANA time zone of the books; the same for all periods."),
  from: Instant.describe("When it begins: the instant at which its first day begins in the zone."),
  to: Instant.describe("When it ends, exclusive: where the next one begins."),
  state: z.enum(PERIOD_STATES),
  soft_closed_at: Instant.nullable()
    .default(null)
    .describe("What is written later is late, and still booked."),
  closed_at: Instant.nullable()
    .default(null)
    .describe("The cut: what was written (`ingested_at`) by then is booked in it, and nothing else."),
  snapshot: Snapshot.nullable().default(null),
  reopening: Request.nullable().default(null).describe("Asked for and not approved yet."),
  reopenings: z.array(Reopening).max(100).default([]),
});
export type PeriodSetting = z.infer<typeof PeriodSetting>;
