import { USUAL_CALENDAR } from "#core/calendar.ts";
import { periodStarts } from "#query-api/period-starts.ts";
import { type CostShape, type CostSums, type CostValues, costsQuery } from "#query-api/queries/costs.ts";
import {
  type RolledFrom,
  rolledCostsQuery,
  rollupFor,
  wholeBuckets,
} from "#query-api/queries/rolled-costs.ts";
import { BEHIND_MAX, rollupBehindQuery } from "#query-api/queries/rollup-behind.ts";
import { oddBucketsQuery, STALE_MAX, staleSpansQuery } from "#query-api/queries/stale-spans.ts";
import type { Reader } from "#query-api/reader.ts";
import { type DaySpan, daysWithGaps, HOURS, piecesOf, planSpans, wantedSpans } from "#query-api/span-plan.ts";

export const READ_FROM = ["calls", "cost_5m", "cost_5m_by_user", "cost_spans"] as const;

/** Shorter ranges are few sums anyhow, and one question less. */
const PLANNED_MS_LEAST = 2 * 86_400_000;
/** More five minutes beside the stretches than a week has: then all are read by five minutes, by one look at the key. */
const PLANNED_BUCKETS_MAX = 2_016;

export interface ReadCosts {
  readonly sums: readonly CostSums[];
  /** What the sums were made of; buckets that a rollup was behind with, and what the range cuts, are always calls. */
  readonly readFrom: (typeof READ_FROM)[number];
  readonly bucketsBehind: number;
}

/**
 * Costs from a rollup where one can tell them, else from the calls; the figures are the same. What is booked where only
 * the calls can tell, by the time that each was written. Both are as fresh: where
 * a rollup is behind is asked after the standing was read, and those buckets are read from the calls.
 */
export async function readCosts(
  reader: Reader,
  shape: CostShape,
  values: CostValues,
  wish: "auto" | "calls",
): Promise<ReadCosts> {
  // Rollups hold what is believed now and nothing of before.
  const rolled =
    wish === "calls" || values.books !== undefined || (values.belief ?? null) !== null
      ? null
      : await rolledFrom(reader, shape, values);
  if (rolled === null)
    return { sums: await reader.rows(costsQuery(shape, values)), readFrom: "calls", bucketsBehind: 0 };
  const sums = await reader.rows(rolledCostsQuery(shape, values, rolled));
  const readFrom = rolled.plan === null ? rolled.rollup : "cost_spans";
  return { sums, readFrom, bucketsBehind: rolled.behind.length };
}

async function rolledFrom(reader: Reader, shape: CostShape, values: CostValues): Promise<RolledFrom | null> {
  const rollup = rollupFor([...shape.groupBy, ...shape.filters]);
  if (rollup === null) return null;
  const found = await reader.rows(rollupBehindQuery(rollup, values.from));
  // A month that no round has been to, or an import of many: the calls are the shorter way.
  if (found.length > BEHIND_MAX || found.some(({ whole_month }) => whole_month)) return null;
  const behind = found.map(({ bucket }) => bucket);
  return { rollup, behind, plan: rollup === "cost_5m" ? await planned(reader, shape, values, behind) : null };
}

/**
 * How stretches cover the range, null where they do not or hardly. Which may be read is asked after it is known which
 * buckets are behind: what one of those holds is in no stretch that is read, and what came since may be in any.
 */
async function planned(
  reader: Reader,
  { granularity }: CostShape,
  values: CostValues,
  behind: readonly string[],
): Promise<RolledFrom["plan"]> {
  const { headTo: fromMs, tailFrom: toMs } = wholeBuckets(values);
  if (granularity === "hour" || toMs - fromMs < PLANNED_MS_LEAST) return null;
  const starts =
    granularity === "none"
      ? []
      : periodStarts(granularity, values.calendar ?? USUAL_CALENDAR, { fromMs, toMs, tz: values.tz });
  // A rate for what has no price is one rate within a stretch.
  const turns = (values.fallback ?? []).flatMap((rate) => [rate.fromMs, rate.toMs]);
  const pieces = piecesOf(fromMs, toMs, [...starts, ...turns]);
  const [first, last] = [pieces?.[0], pieces?.at(-1)];
  if (pieces === null || first === undefined || last === undefined) return null;
  const [stale, odd] = await Promise.all([
    reader.rows(staleSpansQuery({ first: first.day, last: last.day }, wantedSpans(pieces))),
    reader.rows(oddBucketsQuery(values.from)),
  ]);
  if (stale.length > STALE_MAX || odd.length > STALE_MAX) return null;
  const gaps = daysWithGaps(pieces, readable(stale, behind)).toSorted();
  const [firstGap, lastGap] = [gaps[0], gaps.at(-1)];
  const staleHours =
    firstGap === undefined || lastGap === undefined
      ? []
      : await reader.rows(staleSpansQuery({ first: firstGap, last: lastGap }, HOURS));
  if (staleHours.length > STALE_MAX) return null;
  const plan = planSpans(pieces, readable([...stale, ...staleHours], behind));
  if (plan.bucketsS.length > PLANNED_BUCKETS_MAX) return null;
  return { ...plan, odd: odd.map(({ bucket }) => bucket) };
}

function readable(stale: readonly DaySpan[], behind: readonly string[]): (span: DaySpan) => boolean {
  const nameOf = ({ day, starts, ends }: DaySpan) => `${day} ${starts} ${ends}`;
  const notRight = new Set(stale.map(nameOf));
  const secondsOf = Map.groupBy(
    behind.map((bucket) => ({
      day: bucket.slice(0, 10),
      s: Date.parse(`1970-01-01T${bucket.slice(11)}Z`) / 1000,
    })),
    ({ day }) => day,
  );
  return (span) =>
    !notRight.has(nameOf(span)) &&
    !(secondsOf.get(span.day) ?? []).some(({ s }) => span.starts <= s && s < span.ends);
}
