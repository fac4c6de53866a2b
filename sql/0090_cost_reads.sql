-- What `/v1/costs` reads beside the calls: the rollups by scope, and where they are behind.
--
-- An answer of rollups is as fresh as one of calls because what has changed since the last round is read from the
-- calls. `rollup_behind` finds it as the job itself does (rows of a block above what was noted), so a bucket that is
-- not named here has nothing that its sums have not seen. `whole_month`: nothing is noted of the month, or its numbers
-- went back (dropped, restored); none of its sums may be believed until the job has been there. It says of times only
-- that something arrived, of no team what.
-- The bounds are those of `all_calls`: a call may count earlier than its bucket (its clock ran ahead) but not later,
-- and those without a time lie in 1970. The calls of some buckets are read by the key alone.
CREATE OR REPLACE VIEW rollup_behind
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS WITH
    (SELECT mapFromArrays(groupArray(table_partition), groupArray(block)) FROM (
        SELECT toString(table_partition) AS table_partition, toInt64(max(position) % 1099511627776) AS block
        FROM rollup_marks_v1 WHERE rollup_name = {rollup:String} AND table_partition != '' GROUP BY table_partition
    )) AS noted,
    (SELECT mapFromArrays(groupArray(id), groupArray(block)) FROM (
        SELECT toString(_partition_id) AS id, max(toInt64(splitByChar('_', _part)[3])) AS block
        FROM events_v1 GROUP BY id
    )) AS newest
SELECT bucket, whole_month FROM (
    SELECT DISTINCT bucket, false AS whole_month FROM events_v1
    WHERE (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
      AND mapContains(noted, toString(_partition_id))
      AND toInt64(splitByChar('_', _part)[3]) > noted[toString(_partition_id)]
      AND _block_number > noted[toString(_partition_id)]
    UNION ALL
    SELECT toDateTime(0, 'UTC') AS bucket, true AS whole_month
    FROM (SELECT arrayJoin(arrayConcat(mapKeys(noted), mapKeys(newest))) AS id)
    WHERE (id >= toString(toYYYYMM({from:DateTime64(3, 'UTC')})) OR id = '197001')
      AND (NOT mapContains(noted, id) OR newest[id] < noted[id])
);

CREATE OR REPLACE VIEW all_calls_of_buckets
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger' AND bucket IN {buckets:Array(DateTime('UTC'))}
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW team_calls_of_buckets
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger' AND bucket IN {buckets:Array(DateTime('UTC'))}
  AND team IN {teams:Array(String)}
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
SETTINGS do_not_merge_across_partitions_select_final = 1;

-- Sums with the five minutes that they count in as `event_time`, so that one text groups calls and sums alike.
CREATE OR REPLACE VIEW all_cost_5m
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, s.time AS event_time, s.team AS team, s.model AS model, s.model_canonical AS model_canonical,
    s.gateway AS gateway, s.platform AS platform, s.outcome AS outcome, s.cost_status AS cost_status,
    s.calls AS calls, s.items AS items, s.cost_usd AS cost_usd, s.input_tokens AS input_tokens,
    s.cache_read_tokens AS cache_read_tokens, s.cache_write_5m_tokens AS cache_write_5m_tokens,
    s.cache_write_1h_tokens AS cache_write_1h_tokens, s.cache_write_tokens AS cache_write_tokens,
    s.output_tokens AS output_tokens, s.thinking_tokens AS thinking_tokens,
    s.web_search_requests AS web_search_requests
FROM cost_5m_v1 FINAL ARRAY JOIN sums AS s
WHERE s.time >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) AND s.time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW team_cost_5m
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, s.time AS event_time, s.team AS team, s.model AS model, s.model_canonical AS model_canonical,
    s.gateway AS gateway, s.platform AS platform, s.outcome AS outcome, s.cost_status AS cost_status,
    s.calls AS calls, s.items AS items, s.cost_usd AS cost_usd, s.input_tokens AS input_tokens,
    s.cache_read_tokens AS cache_read_tokens, s.cache_write_5m_tokens AS cache_write_5m_tokens,
    s.cache_write_1h_tokens AS cache_write_1h_tokens, s.cache_write_tokens AS cache_write_tokens,
    s.output_tokens AS output_tokens, s.thinking_tokens AS thinking_tokens,
    s.web_search_requests AS web_search_requests
FROM cost_5m_v1 FINAL ARRAY JOIN sums AS s
WHERE s.time >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) AND s.time < {to:DateTime64(3, 'UTC')}
  AND s.team IN {teams:Array(String)}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW all_cost_5m_by_user
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, s.time AS event_time, s.team AS team, s.model AS model, s.model_canonical AS model_canonical,
    s.gateway AS gateway, s.platform AS platform, s.outcome AS outcome, s.cost_status AS cost_status,
    s.user_ref AS user_ref, s.api_key AS api_key, s.agent AS agent, s.calls AS calls, s.items AS items,
    s.cost_usd AS cost_usd, s.input_tokens AS input_tokens, s.cache_read_tokens AS cache_read_tokens,
    s.cache_write_5m_tokens AS cache_write_5m_tokens, s.cache_write_1h_tokens AS cache_write_1h_tokens,
    s.cache_write_tokens AS cache_write_tokens, s.output_tokens AS output_tokens,
    s.thinking_tokens AS thinking_tokens, s.web_search_requests AS web_search_requests
FROM cost_5m_by_user_v1 FINAL ARRAY JOIN sums AS s
WHERE s.time >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) AND s.time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW team_cost_5m_by_user
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    bucket, s.time AS event_time, s.team AS team, s.model AS model, s.model_canonical AS model_canonical,
    s.gateway AS gateway, s.platform AS platform, s.outcome AS outcome, s.cost_status AS cost_status,
    s.user_ref AS user_ref, s.api_key AS api_key, s.agent AS agent, s.calls AS calls, s.items AS items,
    s.cost_usd AS cost_usd, s.input_tokens AS input_tokens, s.cache_read_tokens AS cache_read_tokens,
    s.cache_write_5m_tokens AS cache_write_5m_tokens, s.cache_write_1h_tokens AS cache_write_1h_tokens,
    s.cache_write_tokens AS cache_write_tokens, s.output_tokens AS output_tokens,
    s.thinking_tokens AS thinking_tokens, s.web_search_requests AS web_search_requests
FROM cost_5m_by_user_v1 FINAL ARRAY JOIN sums AS s
WHERE s.time >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) AND s.time < {to:DateTime64(3, 'UTC')}
  AND s.team IN {teams:Array(String)}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1;
