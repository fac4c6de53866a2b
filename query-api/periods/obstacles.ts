import { z } from "zod";
import { EXPLAINED_VERDICTS } from "#core/coverage/verdicts.ts";
import { Integer } from "#query-api/answer-types.ts";
import type { Reader } from "#query-api/reader.ts";
import { Whole } from "#query-api/store-types.ts";

export const ACCEPTED = ["unpriced", "gaps"] as const;
export type Accepted = (typeof ACCEPTED)[number];

/** What whoever closes a period should know beside the figures. */
export const Obstacles = z.object({
  unpriced_calls: Integer.describe("Calls, or parts of calls, that are in no cost."),
  gaps: Integer.describe(
    "Gaps in Kafka's offsets or in producers' numbers that nothing explains, in its time.",
  ),
  rejects: Integer.describe(
    "Records that arrived in its time, were rejected, and are no events to this day.",
  ),
  refused_for: z
    .array(z.enum(ACCEPTED))
    .describe("What has to be mended, or accepted with a reason, before it is closed."),
});
export type Obstacles = z.infer<typeof Obstacles>;

const Row = z.object({ gaps: Whole, rejects: Whole });

/** What stands in the way of closing a period. Gaps and rejects are told by Kafka's times, for they have no other. */
export async function readObstacles(
  reader: Reader,
  range: { readonly from: string; readonly to: string },
  unpricedCalls: bigint,
): Promise<Obstacles> {
  const [row] = await reader.rows({
    name: "period_obstacles",
    sql: () => `SELECT
        (SELECT count() FROM all_coverage_gaps
         WHERE verdict NOT IN {explained:Array(String)}
           AND ifNull(to_time > {from:DateTime64(3, 'UTC')}, true)
           AND ifNull(from_time < {to:DateTime64(3, 'UTC')}, true)) AS gaps,
        (SELECT records FROM all_open_rejects(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})) AS rejects`,
    params: { from: bound(range.from), to: bound(range.to), explained: EXPLAINED_VERDICTS },
    row: Row,
  });
  const { gaps = 0n, rejects = 0n } = row ?? {};
  const refused_for: Accepted[] = [];
  if (unpricedCalls !== 0n) refused_for.push("unpriced");
  if (gaps !== 0n) refused_for.push("gaps");
  return { unpriced_calls: unpricedCalls, gaps, rejects, refused_for };
}

/** What is not accepted, in words; null when the period may be closed. */
export function refusalOf(found: Obstacles, accepted: readonly Accepted[]): string | null {
  const words = {
    unpriced: `${found.unpriced_calls} calls have no price`,
    gaps: `${found.gaps} gaps are unexplained`,
  };
  const open = found.refused_for.filter((name) => !accepted.includes(name)).map((name) => words[name]);
  return open.length === 0 ? null : open.join(" and ");
}

const bound = (instant: string) => instant.replace("Z", "");
