-- Calls: one row per live response and belief about it, from sources whose role is to count. What a bill is made of.
-- Whoever sums them multiplies by sign; a corrected call then stands once, under its new team or cost.
--
-- `calls` is for people with a SQL client. The API has only the two with parameters: `team_calls` demands the teams,
-- so a query that forgot its scope is refused instead of answering with everybody's rows; `all_calls` is granted to
-- another user. They run as the user who made them (DEFINER), so that the API's users need no right on the table.
--
-- The time that counts is `event_time`; its min-max index finds the granules, and the exact mode then adds those of
-- other parts with the same keys, so that a duplicate whose time lies outside the range still replaces, or is
-- replaced by, one inside it. The line about `bucket` is implied by the other two (a bucket is the five minutes of
-- the event's time, or later when the clock ran ahead, or 1970 when the record states no time): it lets the primary
-- key and the partitions leave out everything earlier. All duplicates share their bucket, so it may stand before
-- FINAL. Measured on 1,000,000 rows with 18 parts: a day reads 31 of 158 granules; everything by team and model
-- 0.14 s on two cores.
CREATE VIEW IF NOT EXISTS calls
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind = 'response' AND role = 'ledger'
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE VIEW IF NOT EXISTS team_calls
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind = 'response' AND role = 'ledger'
  AND team IN {teams:Array(String)}
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;

CREATE VIEW IF NOT EXISTS all_calls
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind = 'response' AND role = 'ledger'
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;
