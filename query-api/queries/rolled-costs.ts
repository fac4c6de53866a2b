import { fallbackSums } from "#core/fallback-sql.ts";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import { COST_DIMENSIONS, type CostDimension } from "#query-api/dimensions.ts";
import {
  COST_METERS,
  type CostShape,
  CostSums,
  type CostValues,
  costParams,
  costsSql,
} from "#query-api/queries/costs.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import type { SpanPlan } from "#query-api/span-plan.ts";
import type { Views } from "#query-api/views.ts";

export type RollupName = "cost_5m" | "cost_5m_by_user";

const IN_BOTH: readonly CostDimension[] = ["team", "model", "provider", "gateway", "platform", "status"];
const BY_USER: readonly CostDimension[] = [...IN_BOTH, "user", "api_key", "agent"];

/** The smallest rollup that has all of these dimensions; null where only the calls have them. */
export function rollupFor(names: readonly CostDimension[]): RollupName | null {
  if (names.every((name) => IN_BOTH.includes(name))) return "cost_5m";
  return names.every((name) => BY_USER.includes(name)) ? "cost_5m_by_user" : null;
}

export interface RolledFrom {
  readonly rollup: RollupName;
  /** Buckets whose sums have not seen everything, as the store writes them: their calls are read instead. */
  readonly behind: readonly string[];
  /**
   * Longer stretches that hold the sums of most of it, and the buckets of which something counts at another time, which
   * is in none of them; null: all of it is read by five minutes.
   */
  readonly plan: (SpanPlan & { readonly odd: readonly string[] }) | null;
}

const BUCKET_MS = 300_000;
const COLUMNS = [
  "team",
  "model",
  "model_canonical",
  "gateway",
  "platform",
  "outcome",
  "cost_status",
] as const;
const USER_COLUMNS = ["user_ref", "api_key", "agent"] as const;

/**
 * The same sums as `costsQuery` makes, of a rollup. Every call is in exactly one of the pieces: the calls of buckets
 * that are behind; the calls of the five minutes that the range cuts; the sums of all the rest, which are those of
 * longer stretches where a plan has some. So the figures are the same to the last digit, but for `requests`, which is
 * not known.
 */
export function rolledCostsQuery(
  shape: CostShape,
  values: CostValues,
  { rollup, behind, plan }: RolledFrom,
): ViewQuery<typeof CostSums> {
  const filters = COST_DIMENSIONS.filter((name) => shape.filters.includes(name));
  const [fromMs, toMs] = [Date.parse(values.from), Date.parse(values.to)];
  const { headTo, tailFrom } = wholeBuckets(values);
  const cut = { head: headTo > fromMs, tail: toMs > tailFrom };
  const cutBuckets = [...(cut.head ? [fromMs] : []), ...(cut.tail ? [tailFrom] : [])];
  const columns = rollup === "cost_5m" ? COLUMNS : [...COLUMNS, ...USER_COLUMNS];
  return {
    name: "costs_rolled",
    sql: (views) =>
      costsSql(
        { ...shape, filters },
        {
          sums: [...fallbackSums(values.fallback ?? [], FALLBACK_ROWS), ...SUMS],
          from: ["(", piecesOf(views, { rollup, columns, cut, behind, plan }).join("\nUNION ALL\n"), ")"],
        },
      ),
    params: {
      ...costParams(filters, values),
      behind,
      ...(plan === null ? {} : planParams(plan)),
      head_to: storeTime(headTo),
      tail_from: storeTime(tailFrom),
      cut_buckets: cutBuckets.map((ms) => storeTime(Math.floor(ms / BUCKET_MS) * BUCKET_MS).slice(0, 19)),
    },
    row: CostSums,
  };
}

/** The whole five minutes of a range, from `headTo` to before `tailFrom`; what lies outside of them the range cuts. */
export function wholeBuckets({ from, to }: Pick<CostValues, "from" | "to">) {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const headTo = Math.min(toMs, Math.ceil(fromMs / BUCKET_MS) * BUCKET_MS);
  return { headTo, tailFrom: Math.max(headTo, Math.floor(toMs / BUCKET_MS) * BUCKET_MS) };
}

function planParams({ spans, bucketsS, odd }: NonNullable<RolledFrom["plan"]>): Record<string, unknown> {
  const whole = new Set(bucketsS.map((seconds) => storeTime(seconds * 1000).slice(0, 19)));
  return {
    spans: `[${spans.map(({ starts, ends, day }) => `(${starts},${ends},${Date.parse(day) / 86_400_000})`).join()}]`,
    buckets: [...new Set([...whole, ...odd])],
    odd: odd.filter((bucket) => !whole.has(bucket)),
  };
}

function piecesOf(
  views: Views,
  given: RolledFrom & {
    readonly columns: readonly string[];
    readonly cut: { readonly head: boolean; readonly tail: boolean };
  },
): readonly string[] {
  const names = given.columns.map((name) => `c.${name} AS ${name}`).join(", ");
  const calls = (view: string) => [
    `SELECT toStartOfFiveMinutes(c.event_time) AS event_time, ${names},`,
    OF_CALLS,
    "FROM",
    view,
    "AS c",
  ];
  const sums = (view: string) => [
    `SELECT c.event_time AS event_time, ${names},`,
    OF_SUMS,
    "FROM",
    view,
    "AS c",
  ];
  const areBeside = given.plan === null || given.plan.bucketsS.length > 0 || given.plan.odd.length > 0;
  const beside = [
    [
      ...sums(given.plan === null ? views[given.rollup] : views.besideSpans),
      "WHERE c.bucket NOT IN {behind:Array(DateTime('UTC'))} AND c.event_time NOT IN {cut_buckets:Array(DateTime('UTC'))}",
    ],
  ];
  return [
    ...(areBeside ? beside : []),
    ...(given.plan === null ? [] : [sums(views.costSpans)]),
    ...(given.behind.length > 0 ? [calls(views.callsBehind)] : []),
    ...(given.cut.head ? [[...calls(views.callsOfHead), NOT_BEHIND]] : []),
    ...(given.cut.tail ? [[...calls(views.callsOfTail), NOT_BEHIND]] : []),
  ].map((lines) => lines.join("\n"));
}

const NOT_BEHIND = "WHERE c.bucket NOT IN {behind:Array(DateTime('UTC'))}";
/** Named apart from what they are summed to, because an alias would win over a column. */
const OF_SUMS = [
  "  c.calls AS its_calls, c.items AS its_items, c.cost_usd AS its_cost",
  ...COST_METERS.map((name) => `  c.${name} AS its_${name}`),
].join(",\n");
const OF_CALLS = [
  "  toInt64(if(c.kind = 'response', c.sign, 0)) AS its_calls, toInt64(c.sign) AS its_items",
  "  c.sign * c.cost_usd AS its_cost",
  ...COST_METERS.map((name) => `  c.sign * toInt128(c.${name}) AS its_${name}`),
].join(",\n");

const FALLBACK_ROWS = { items: "its_items", tokens: (meter: string) => `its_${meter}` } as const;

const SUMS: readonly string[] = [
  "  sum(its_calls) AS calls,",
  "  NULL AS requests,",
  "  toString(ifNull(sumIf(its_cost, cost_status = 'rated'), 0)) AS cost_rated,",
  "  toString(ifNull(sumIf(its_cost, cost_status = 'estimated'), 0)) AS cost_estimated,",
  "  toString(ifNull(sumIf(its_cost, cost_status = 'gateway'), 0)) AS cost_gateway,",
  "  sumIf(its_items, cost_status = 'estimated') AS estimated_calls,",
  "  sumIf(its_items, cost_status = 'gateway') AS gateway_calls,",
  `  sumIf(its_items, ${UNPRICED_SQL}) AS unpriced_calls,`,
  COST_METERS.map((name) => `  toString(sum(its_${name})) AS ${name}`).join(",\n"),
];

function storeTime(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}
