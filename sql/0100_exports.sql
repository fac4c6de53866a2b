-- What an export says of itself for a moment in the past: how far the records reached that were counted by then, and
-- with which settings the newest of them were rated. A function of `as_of` and of rows that never change, so that the
-- same export made again says the same. Nothing of any team.
CREATE VIEW IF NOT EXISTS ingest_progress_as_of
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    if(count() = 0, NULL, max(last_append_time)) AS data_until,
    if(count() = 0, -1, max(settings_offset)) AS settings_offset
FROM batches_v1
WHERE epoch = 0 AND ingested_at <= {as_of:DateTime64(3, 'UTC')};
