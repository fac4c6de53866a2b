import { z } from "zod";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

/**
 * What several sources' sightings of one call say of each other. `counted_twice`: more than one of them counts it.
 * `not_counted`: only evidence saw it, so the ledger lacks it. `tokens_differ`, `cost_differs`: they saw it and disagree.
 * `only_counted`: nobody but the ledger saw it. `agree`: all is well.
 */
export const FINDINGS = [
  "counted_twice",
  "not_counted",
  "tokens_differ",
  "cost_differs",
  "only_counted",
  "agree",
] as const;
export type Finding = (typeof FINDINGS)[number];

export interface WitnessValues {
  readonly from: string;
  readonly to: string;
  /** Only calls that one of these sources saw. */
  readonly sources: readonly string[] | undefined;
}

const WitnessCount = z.object({ finding: z.enum(FINDINGS), source_list: z.array(z.string()), calls: Whole });
export type WitnessCount = z.infer<typeof WitnessCount>;

const Sighting = z.object({
  event_id: z.string(),
  source: z.string(),
  role: z.enum(["ledger", "evidence"]),
  team: Known,
  model: Known,
  prompt_tokens: Whole.nullable(),
  output_tokens: Whole.nullable(),
  cost_usd: z.string().nullable(),
  gateway_cost: z.string().nullable(),
});
const WitnessedCall = z.object({
  join_key: z.string(),
  finding: z.enum(FINDINGS),
  first_at: Moment,
  sightings: z.array(Sighting),
});
export type WitnessedCall = z.infer<typeof WitnessedCall>;

/** How many calls each finding has, by the sources that saw them. */
export function witnessCountsQuery(values: WitnessValues): ViewQuery<typeof WitnessCount> {
  return {
    name: "witness_counts",
    sql: (views) =>
      [
        ...callsSql(views.events),
        "SELECT finding, source_list, count() AS calls FROM judged",
        ...onlySources(values),
        "GROUP BY finding, source_list",
        "ORDER BY finding, source_list",
      ].join("\n"),
    params: rangeOf(values),
    row: WitnessCount,
  };
}

/** The calls of some findings, newest first, with what each witness said. */
export function witnessedCallsQuery(
  values: WitnessValues & {
    readonly findings: readonly Finding[];
    readonly after: { readonly firstAt: string; readonly key: string } | null;
    readonly rowsMax: number;
  },
): ViewQuery<typeof WitnessedCall> {
  const { after, findings, rowsMax } = values;
  return {
    name: "witnessed_calls",
    sql: (views) =>
      [
        ...callsSql(views.events),
        "SELECT join_key, finding, first_at, sightings FROM judged",
        ...onlySources(values),
        values.sources === undefined ? "WHERE" : "AND",
        "finding IN {findings:Array(String)}",
        ...(after === null ? [] : [AFTER]),
        "ORDER BY first_at DESC, join_key",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: {
      ...rangeOf(values),
      findings,
      rows_max: rowsMax,
      ...(after === null ? {} : { after_first: after.firstAt.replace("Z", ""), after_key: after.key }),
    },
    row: WitnessedCall,
  };
}

function rangeOf({ from, to, sources }: WitnessValues): Readonly<Record<string, unknown>> {
  const filter = sources === undefined ? {} : { filter_source: sources };
  return { from: from.replace("Z", ""), to: to.replace("Z", ""), ...filter };
}

function onlySources({ sources }: WitnessValues): string[] {
  return sources === undefined ? [] : ["WHERE hasAny(source_list, {filter_source:Array(String)})"];
}

const AFTER = `AND (first_at < {after_first:DateTime64(3, 'UTC')}
  OR (first_at = {after_first:DateTime64(3, 'UTC')} AND join_key > {after_key:String}))`;

/**
 * One row a call as it stands now (parts added to it, corrections applied; its team is the one whose rows do not
 * cancel out), joined with the other sightings of it: by
 * the provider's request id, else by the provider's message id, which some record may state beside a request id.
 */
function callsSql(events: string): string[] {
  return ["WITH\nstated AS (", STATED, events, STATED_GROUP, LINKED, JUDGED];
}

const STATED = `  SELECT
    if(kind = 'part', part_of, toString(event_id)) AS event,
    any(source) AS of_source,
    any(role) AS of_role,
    anyIf(provider_request_id, kind = 'response') AS request_id,
    anyIf(provider_message_id, kind = 'response') AS message_id,
    min(event_time) AS at,
    sumMapIf([toString(team)], [toInt64(sign)], kind = 'response').1[1] AS of_team,
    sumMapIf([toString(if(model_canonical = '', model, model_canonical))], [toInt64(sign)], kind = 'response').1[1]
      AS of_model,
    sum(sign * toInt128(input_tokens)) AS uncached,
    sum(sign * (toInt128(ifNull(cache_read_tokens, 0)) + ifNull(cache_write_5m_tokens, 0)
      + ifNull(cache_write_1h_tokens, 0) + ifNull(cache_write_tokens, 0))) AS cached,
    sum(sign * toInt128(output_tokens)) AS written,
    sum(sign * cost_usd) AS cost,
    countIf(cost_usd IS NULL) AS unpriced,
    sum(sign * gateway_cost) AS said_cost
  FROM`;
const STATED_GROUP = `  WHERE kind IN ('response', 'part') AND source != ''
  GROUP BY event
  HAVING sumIf(sign, kind = 'response') > 0 AND (request_id != '' OR message_id != '')
),`;
const LINKED = `links AS (
  SELECT message_id, any(request_id) AS linked FROM stated
  WHERE message_id != '' AND request_id != '' GROUP BY message_id
),`;
const JUDGED = `judged AS (
  SELECT
    multiIf(request_id != '', concat('request:', request_id), linked != '', concat('request:', linked),
      concat('message:', message_id)) AS join_key,
    min(at) AS first_at,
    arraySort(groupUniqArray(toString(of_source))) AS source_list,
    countIf(of_role = 'ledger') AS counted,
    uniqExact(of_source) AS sources,
    uniqExactIf(uncached + cached, uncached IS NOT NULL) > 1 OR uniqExactIf(written, written IS NOT NULL) > 1
      AS tokens_apart,
    uniqExactIf(cost, cost IS NOT NULL AND unpriced = 0) > 1 AS cost_apart,
    multiIf(counted > 1, 'counted_twice', counted = 0, 'not_counted', tokens_apart, 'tokens_differ',
      cost_apart, 'cost_differs', sources = 1, 'only_counted', 'agree') AS finding,
    arraySort(sighting -> (sighting.role, sighting.source), groupArray(32)(
      CAST((event, toString(of_source), toString(of_role), of_team, of_model, toString(uncached + cached),
        toString(written), toString(if(unpriced = 0, cost, NULL)), toString(said_cost)),
        'Tuple(event_id String, source String, role String, team String, model String,
          prompt_tokens Nullable(String), output_tokens Nullable(String), cost_usd Nullable(String),
          gateway_cost Nullable(String))'))) AS sightings
  FROM stated LEFT JOIN links USING (message_id)
  GROUP BY join_key
)`;
