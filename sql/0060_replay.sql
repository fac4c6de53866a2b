-- What replays add to reading. No table of their own: a replay's rows are rows of records_v1, events_v1 and batches_v1
-- under its epoch, where every key has the epoch already.
--
-- How far the tables reach is said by what was ingested and not by what was read again: a replay of old records would
-- otherwise say that something had come in just now.
CREATE OR REPLACE VIEW ingest_progress
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    if(count() = 0, NULL, max(last_append_time)) AS data_until,
    if(count() = 0, NULL, max(ingested_at)) AS ingested_until
FROM batches_v1
WHERE epoch = 0;

-- The calls as they were believed before a run: `calls_as_of(epoch = 0)` is as ingested, `(epoch = 3)` after run 3.
-- Whoever sums them multiplies by sign, as with `calls`. An epoch from 2^31 on is the settlement of a conflict; its low
-- bits hold the epoch of the belief that it settles, with which it comes and goes.
CREATE VIEW IF NOT EXISTS calls_as_of
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM events_v1 FINAL
WHERE kind IN ('response', 'part') AND role = 'ledger'
  AND if(epoch >= 2147483648, bitShiftRight(bitAnd(epoch, 2147483647), 7), epoch) <= {epoch:UInt32}
SETTINGS do_not_merge_across_partitions_select_final = 1;
