-- Sums of long stretches, so that a month by day is a few rows a group instead of 8,928: of each UTC day its hours, and
-- from its begin to each moment at which a day begins somewhere on earth, and from there to its end. A local day of any
-- zone, of 23, 24 or 25 hours, is one row of the one kind and one of the other; nothing is ever subtracted, so that what
-- no call stated stays NULL. docs/rollups.md and decision 0013.
--
-- Made of `cost_5m_v1` and not of the calls: a day has at most 288 rows there, however many calls it had. `stamp` says
-- of which: the sum of a hash of bucket, version and time of making over the rows that it was made of. As long as those
-- of now give the same stamp, a row here is right, whoever wrote it and when; else readers take `cost_5m_v1`. So no mark
-- has to be noted, and a row that was made good by the comparison, or a month that was made anew, is seen as well.
-- `version` is the sum of their versions, which only go up: what has seen more wins, as there.
--
-- One row per stretch with its sums in arrays, for the reasons of 0030. The key begins with the time of day and not with
-- the day: the same stretch of a month's days lies side by side, and small granules keep what is read beside it few.
-- A model has one name here, the canonical one where there is one, as costs are grouped; `gateway_team` and `source`
-- are left out, because `/v1/costs` never groups sums by them.
-- `starts` and `ends` are seconds of the UTC day; `ends` of a whole day is 86,400.
CREATE TABLE IF NOT EXISTS cost_spans_v1
(
    starts      UInt32,
    ends        UInt32,
    day         Date,
    stamp       UInt64,
    version     UInt64,
    computed_at DateTime64(3, 'UTC'),
    sums Nested
    (
        team                  LowCardinality(String),
        model                 LowCardinality(String),
        gateway               LowCardinality(String),
        platform              LowCardinality(String),
        outcome               LowCardinality(String),
        cost_status           LowCardinality(String),
        calls                 Int64,
        items                 Int64,
        cost_usd              Nullable(Decimal(38, 12)),
        input_tokens          Nullable(Int128),
        cache_read_tokens     Nullable(Int128),
        cache_write_5m_tokens Nullable(Int128),
        cache_write_1h_tokens Nullable(Int128),
        cache_write_tokens    Nullable(Int128),
        output_tokens         Nullable(Int128),
        thinking_tokens       Nullable(Int128),
        web_search_requests   Nullable(Int128)
    )
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(day)
ORDER BY (starts, ends, day)
SETTINGS index_granularity = 16;

-- Calls whose bucket is not the five minutes that they count in (no clock, or one that ran ahead) are in no stretch;
-- readers take them from `cost_5m_v1`, and this says in which of its rows there are any without reading the arrays.
ALTER TABLE cost_5m_v1 ADD COLUMN IF NOT EXISTS has_odd Bool MATERIALIZED arrayExists(t -> t != bucket, `sums.time`);
ALTER TABLE cost_5m_v1 MATERIALIZE COLUMN has_odd;

-- The stretches among `spans` of the days from `first` to before `end` that must not be read: what `cost_5m_v1` has of
-- them now is not what they were made of. One that was never made, of a day without calls, is right by being nothing.
-- It tells of times only, of no team what.
CREATE OR REPLACE VIEW cost_spans_stale
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT day, span.1 AS starts, span.2 AS ends, sumIf(its_stamp, is_now) AS stamp, sumIf(its_version, is_now) AS version
FROM (
    SELECT toDate(b.bucket) AS day, true AS is_now, b.version AS its_version,
        cityHash64(b.bucket, b.version, b.computed_at) AS its_stamp,
        arrayJoin(arrayFilter(s -> s.1 <= toUnixTimestamp(b.bucket) % 86400 AND toUnixTimestamp(b.bucket) % 86400 < s.2,
            {spans:Array(Tuple(UInt32, UInt32))})) AS span
    FROM cost_5m_v1 AS b FINAL
    WHERE b.bucket >= toDateTime({first:Date}, 'UTC') AND b.bucket < toDateTime({end:Date}, 'UTC')
    UNION ALL
    SELECT day, false AS is_now, version AS its_version, stamp AS its_stamp, (starts, ends) AS span
    FROM cost_spans_v1 FINAL
    WHERE (starts, ends) IN {spans:Array(Tuple(UInt32, UInt32))} AND day >= {first:Date} AND day < {end:Date}
)
GROUP BY day, span HAVING stamp != sumIf(its_stamp, NOT is_now)
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- Sums of stretches (`starts`, `ends`, days since 1970), with the moment that they begin at as `event_time`.
-- `model_canonical` is there for the text that all sums are grouped by. The columns are named one by one: of `ARRAY JOIN
-- sums` the store reads them all, whatever a question names (49 ms of a core in the place of 12 for one column).
CREATE OR REPLACE VIEW all_cost_spans
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    toDateTime(day, 'UTC') + starts AS event_time, team, model, '' AS model_canonical, gateway, platform, outcome,
    cost_status, calls, items, cost_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
    cache_write_1h_tokens, cache_write_tokens, output_tokens, thinking_tokens, web_search_requests
FROM cost_spans_v1 FINAL
ARRAY JOIN
    `sums.team` AS team, `sums.model` AS model, `sums.gateway` AS gateway, `sums.platform` AS platform,
    `sums.outcome` AS outcome, `sums.cost_status` AS cost_status, `sums.calls` AS calls, `sums.items` AS items,
    `sums.cost_usd` AS cost_usd, `sums.input_tokens` AS input_tokens, `sums.cache_read_tokens` AS cache_read_tokens,
    `sums.cache_write_5m_tokens` AS cache_write_5m_tokens, `sums.cache_write_1h_tokens` AS cache_write_1h_tokens,
    `sums.cache_write_tokens` AS cache_write_tokens, `sums.output_tokens` AS output_tokens,
    `sums.thinking_tokens` AS thinking_tokens, `sums.web_search_requests` AS web_search_requests
WHERE (starts, ends, day) IN (
    SELECT span.1, span.2, toDate(span.3) FROM (SELECT arrayJoin({spans:Array(Tuple(UInt32, UInt32, UInt16))}) AS span)
  )
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW team_cost_spans
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    toDateTime(day, 'UTC') + starts AS event_time, team, model, '' AS model_canonical, gateway, platform, outcome,
    cost_status, calls, items, cost_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
    cache_write_1h_tokens, cache_write_tokens, output_tokens, thinking_tokens, web_search_requests
FROM cost_spans_v1 FINAL
ARRAY JOIN
    `sums.team` AS team, `sums.model` AS model, `sums.gateway` AS gateway, `sums.platform` AS platform,
    `sums.outcome` AS outcome, `sums.cost_status` AS cost_status, `sums.calls` AS calls, `sums.items` AS items,
    `sums.cost_usd` AS cost_usd, `sums.input_tokens` AS input_tokens, `sums.cache_read_tokens` AS cache_read_tokens,
    `sums.cache_write_5m_tokens` AS cache_write_5m_tokens, `sums.cache_write_1h_tokens` AS cache_write_1h_tokens,
    `sums.cache_write_tokens` AS cache_write_tokens, `sums.output_tokens` AS output_tokens,
    `sums.thinking_tokens` AS thinking_tokens, `sums.web_search_requests` AS web_search_requests
WHERE (starts, ends, day) IN (
    SELECT span.1, span.2, toDate(span.3) FROM (SELECT arrayJoin({spans:Array(Tuple(UInt32, UInt32, UInt16))}) AS span)
  )
  AND team IN {teams:Array(String)}
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- In which rows of five minutes something counts at another time, of those that may have a call from `from` on: a call
-- may count earlier than its bucket. It tells of times only.
CREATE OR REPLACE VIEW cost_5m_odd
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT DISTINCT bucket FROM cost_5m_v1
WHERE has_odd AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'));

-- Sums of five minutes for what no stretch covers: those of `buckets`, but of `odd` among them only what counts at
-- another time.
CREATE OR REPLACE VIEW all_cost_5m_beside_spans
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, time AS event_time, team, model, model_canonical, gateway, platform, outcome, cost_status, calls, items,
    cost_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_write_tokens,
    output_tokens, thinking_tokens, web_search_requests
FROM cost_5m_v1 FINAL
ARRAY JOIN
    `sums.time` AS time, `sums.team` AS team, `sums.model` AS model, `sums.model_canonical` AS model_canonical,
    `sums.gateway` AS gateway, `sums.platform` AS platform, `sums.outcome` AS outcome,
    `sums.cost_status` AS cost_status, `sums.calls` AS calls, `sums.items` AS items, `sums.cost_usd` AS cost_usd,
    `sums.input_tokens` AS input_tokens, `sums.cache_read_tokens` AS cache_read_tokens,
    `sums.cache_write_5m_tokens` AS cache_write_5m_tokens, `sums.cache_write_1h_tokens` AS cache_write_1h_tokens,
    `sums.cache_write_tokens` AS cache_write_tokens, `sums.output_tokens` AS output_tokens,
    `sums.thinking_tokens` AS thinking_tokens, `sums.web_search_requests` AS web_search_requests
WHERE time >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) AND time < {to:DateTime64(3, 'UTC')}
  AND bucket IN {buckets:Array(DateTime('UTC'))} AND (time != bucket OR bucket NOT IN {odd:Array(DateTime('UTC'))})
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW team_cost_5m_beside_spans
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, time AS event_time, team, model, model_canonical, gateway, platform, outcome, cost_status, calls, items,
    cost_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_write_tokens,
    output_tokens, thinking_tokens, web_search_requests
FROM cost_5m_v1 FINAL
ARRAY JOIN
    `sums.time` AS time, `sums.team` AS team, `sums.model` AS model, `sums.model_canonical` AS model_canonical,
    `sums.gateway` AS gateway, `sums.platform` AS platform, `sums.outcome` AS outcome,
    `sums.cost_status` AS cost_status, `sums.calls` AS calls, `sums.items` AS items, `sums.cost_usd` AS cost_usd,
    `sums.input_tokens` AS input_tokens, `sums.cache_read_tokens` AS cache_read_tokens,
    `sums.cache_write_5m_tokens` AS cache_write_5m_tokens, `sums.cache_write_1h_tokens` AS cache_write_1h_tokens,
    `sums.cache_write_tokens` AS cache_write_tokens, `sums.output_tokens` AS output_tokens,
    `sums.thinking_tokens` AS thinking_tokens, `sums.web_search_requests` AS web_search_requests
WHERE time >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) AND time < {to:DateTime64(3, 'UTC')}
  AND bucket IN {buckets:Array(DateTime('UTC'))} AND (time != bucket OR bucket NOT IN {odd:Array(DateTime('UTC'))})
  AND team IN {teams:Array(String)}
SETTINGS do_not_merge_across_partitions_select_final = 1;
