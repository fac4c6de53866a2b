-- Who pays for a call, as the map of allocations said for its event time (docs/attribution.md): the cost centre beside
-- the paying `team`, and which rules decided. With `settings_offset` they lead to the map of then, whatever became of
-- the rules since.
--
-- Plain columns, not in the key: the map decides them, and what settings decide may be corrected (0002_events.sql says
-- why). Rows from before have the default and read as what they are: calls that no rule allocated.
ALTER TABLE events_v1
    ADD COLUMN IF NOT EXISTS cost_center LowCardinality(String) COMMENT 'As attributed at event time; empty is UNALLOCATED' AFTER team_alias,
    ADD COLUMN IF NOT EXISTS allocation_id String COMMENT 'The rules that decided, with > between them; empty: none' AFTER cost_center;

-- A view keeps the columns that its table had when it was made.
CREATE OR REPLACE VIEW calls
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger'
SETTINGS do_not_merge_across_partitions_select_final = 1;

CREATE OR REPLACE VIEW team_calls
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger'
  AND team IN {teams:Array(String)}
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;

CREATE OR REPLACE VIEW all_calls
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger'
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;

CREATE OR REPLACE VIEW team_events
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE team IN {teams:Array(String)}
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;

CREATE OR REPLACE VIEW all_events
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
SETTINGS do_not_merge_across_partitions_select_final = 1,
  use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1;

CREATE OR REPLACE VIEW calls_as_of
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger'
  AND if(epoch >= 2147483648, bitShiftRight(bitAnd(epoch, 2147483647), 7), epoch) <= {epoch:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1;

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
