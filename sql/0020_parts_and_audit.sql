-- Two more kinds of event. A `part` is what one call consumed beside its own row: another model that helped to answer,
-- or a compaction before it. It adds to the sums of money and tokens, under its own model, and is no call of its own:
-- `part_of` leads to the call. An `audit` event is what happened beside the calls and consumes nothing: `action` says
-- what, `target_*` to what, `details` whatever else is worth keeping.
--
-- Both live in `events_v1`, under its key: an auditor reads one list in order of time, and a part must be replaced,
-- corrected and rolled up in the same bucket and by the same rules as its call.
ALTER TABLE events_v1
    MODIFY COLUMN kind Enum8('request' = 1, 'response' = 2, 'part' = 3, 'audit' = 4),
    ADD COLUMN IF NOT EXISTS part_of String COMMENT 'The event of the call that this is a part of; empty for all but parts' AFTER identity_quality,
    ADD COLUMN IF NOT EXISTS part_kind LowCardinality(String) COMMENT 'message, compaction, advisor_message, fallback_message' AFTER part_of,
    ADD COLUMN IF NOT EXISTS action LowCardinality(String) COMMENT 'What happened; empty for all but audit events' AFTER part_kind,
    ADD COLUMN IF NOT EXISTS target_type LowCardinality(String) AFTER action,
    ADD COLUMN IF NOT EXISTS target_id String AFTER target_type,
    ADD COLUMN IF NOT EXISTS details Map(LowCardinality(String), String) AFTER target_id;

-- What a bill is made of: the calls and their parts. Whoever counts calls counts the rows of kind `response`.
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

-- A view keeps the columns that its table had when it was made, so those of all events are made anew as well.
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
