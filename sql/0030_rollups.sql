-- Rollups: the sums of five minutes of calls by what charts group by, so that nobody reads every call for a curve.
-- They are recomputed from `events_v1 FINAL` by a job and never fed by the insert: what feeds on inserts counts a
-- repeat twice and cannot see a late, better or corrected row replace another. docs/rollups.md and decision 0013.
--
-- One row per bucket, with all its sums in arrays of one length, and not one row per sum. So a bucket is replaced by
-- a single row: a reader sees the older or the newer recompute and never half of one; a group that is gone (its calls
-- moved to another team) is gone with the older row and needs no tombstone; the same recompute again is the same row;
-- a bucket that has become empty is a row with empty arrays. Rows per group would need all of that by convention, and
-- a reader who joins generations. Arrays are stored a column each, so a reader pays for the columns that it names.
--
-- `version` says how much of `events_v1` a recompute has seen at the least: the number of the newest insert block of
-- the month before it read. Blocks become visible in the order of their numbers, so of two recomputes the one with the
-- larger number has seen all that the other must have seen, whoever of two leaders writes last. A clock would let a
-- leader that was stopped for a minute put back what it had read before. The number of times that the numbering began
-- anew (a month that was dropped, a table that was restored) stands in front, times 2^40.
--
-- `bucket` is that of `events_v1`, the unit of recomputing; `sums.time` is the five minutes that the calls count in,
-- which are the same for all but those whose clock is missing or ran ahead. Readers filter by `time`.
CREATE TABLE IF NOT EXISTS cost_5m_v1
(
    bucket      DateTime('UTC'),
    version     UInt64,
    computed_at DateTime64(3, 'UTC'),
    sums Nested
    (
        time                  DateTime('UTC'),
        team                  LowCardinality(String),
        gateway_team          LowCardinality(String),
        model                 LowCardinality(String),
        model_canonical       LowCardinality(String),
        gateway               LowCardinality(String),
        source                LowCardinality(String),
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
PARTITION BY toYYYYMM(bucket)
ORDER BY bucket;

-- The same by person, key and agent as well: many more groups, so it is made in a slower rhythm and read apart.
CREATE TABLE IF NOT EXISTS cost_5m_by_user_v1
(
    bucket      DateTime('UTC'),
    version     UInt64,
    computed_at DateTime64(3, 'UTC'),
    sums Nested
    (
        time                  DateTime('UTC'),
        team                  LowCardinality(String),
        model                 LowCardinality(String),
        model_canonical       LowCardinality(String),
        gateway               LowCardinality(String),
        platform              LowCardinality(String),
        outcome               LowCardinality(String),
        cost_status           LowCardinality(String),
        user_ref              String,
        api_key               String,
        agent                 String,
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
PARTITION BY toYYYYMM(bucket)
ORDER BY bucket;

-- How far a rollup has come in each table partition of `events_v1`: what of it is in the rollup for certain. A round
-- writes it last, so one that fails is done again. It only goes up: a position is true whoever has found it.
-- `data_until` is Kafka's append time of the newest record that is in the rollup.
CREATE TABLE IF NOT EXISTS rollup_marks_v1
(
    rollup_name     LowCardinality(String),
    table_partition LowCardinality(String) COMMENT 'Of events_v1; empty where a round met no new rows',
    position        SimpleAggregateFunction(max, UInt64) COMMENT 'As version of a rollup: numbering * 2^40 + block',
    data_until      SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))),
    noted_at        SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY (rollup_name, table_partition);

-- Which rows are new must survive merges: without this a merged part tells the block of its oldest row only, and
-- whatever merged with a new row would be recomputed with it.
ALTER TABLE events_v1 MODIFY SETTING enable_block_number_column = 1;

CREATE VIEW IF NOT EXISTS cost_5m
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, computed_at,
    s.time AS time, s.team AS team, s.gateway_team AS gateway_team, s.model AS model,
    s.model_canonical AS model_canonical, s.gateway AS gateway, s.source AS source, s.platform AS platform,
    s.outcome AS outcome, s.cost_status AS cost_status, s.calls AS calls, s.items AS items, s.cost_usd AS cost_usd,
    s.input_tokens AS input_tokens, s.cache_read_tokens AS cache_read_tokens,
    s.cache_write_5m_tokens AS cache_write_5m_tokens, s.cache_write_1h_tokens AS cache_write_1h_tokens,
    s.cache_write_tokens AS cache_write_tokens, s.output_tokens AS output_tokens,
    s.thinking_tokens AS thinking_tokens, s.web_search_requests AS web_search_requests
FROM cost_5m_v1 FINAL ARRAY JOIN sums AS s
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE VIEW IF NOT EXISTS cost_5m_by_user
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, computed_at,
    s.time AS time, s.team AS team, s.model AS model, s.model_canonical AS model_canonical, s.gateway AS gateway,
    s.platform AS platform, s.outcome AS outcome, s.cost_status AS cost_status, s.user_ref AS user_ref,
    s.api_key AS api_key, s.agent AS agent, s.calls AS calls, s.items AS items, s.cost_usd AS cost_usd,
    s.input_tokens AS input_tokens, s.cache_read_tokens AS cache_read_tokens,
    s.cache_write_5m_tokens AS cache_write_5m_tokens, s.cache_write_1h_tokens AS cache_write_1h_tokens,
    s.cache_write_tokens AS cache_write_tokens, s.output_tokens AS output_tokens,
    s.thinking_tokens AS thinking_tokens, s.web_search_requests AS web_search_requests
FROM cost_5m_by_user_v1 FINAL ARRAY JOIN sums AS s
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- How far each rollup reaches; nothing of any team.
CREATE VIEW IF NOT EXISTS rollup_progress
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT rollup_name, max(data_until) AS data_until, max(noted_at) AS noted_at
FROM rollup_marks_v1 GROUP BY rollup_name;
