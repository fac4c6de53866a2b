import { z } from "zod";
import { Text } from "#core/event-data.ts";

const Offset = z
  .string()
  .regex(/^(0|[1-9]\d{0,18})$/)
  .describe("A Kafka offset in digits.");

/**
 * Offsets of a partition that are given up: their records cannot be read (a batch that does not decompress) or are
 * not there any more. It says so for ever, with who and why in the history. A record in the range that can be read
 * is ingested all the same, so a range that is stated too wide, or that a recreated topic reuses, loses nothing.
 */
export const GapSetting = z.strictObject({
  id: Text.describe("`topic/partition/from-to`, as `gapId` makes it."),
  topic: z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/),
  partition: z.int().min(0).max(2_147_483_647),
  from_offset: Offset,
  to_offset: Offset.describe("The last offset of the gap, itself within."),
});
export type GapSetting = z.infer<typeof GapSetting>;

export function gapId(gap: Omit<GapSetting, "id">): string {
  return `${gap.topic}/${gap.partition}/${gap.from_offset}-${gap.to_offset}`;
}
