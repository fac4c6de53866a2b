-- Every event, request or response, counted or only evidence, with every belief about it: what the audit trail and
-- the events of a session are read from. The two differ in the scope only; why they are views with parameters, and
-- why they filter on the bucket as well, stands in 0010_calls.sql. A condition on session_id is pushed down to the
-- bloom index (5 of 158 granules on 1,000,000 rows).
CREATE VIEW IF NOT EXISTS team_events
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE team IN {teams:Array(String)}
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;

CREATE VIEW IF NOT EXISTS all_events
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;
