-- How far the tables reach: one row, nothing of any team. `data_until` is Kafka's append time of the newest record
-- that is counted: behind a backlog it is hours ago, however recently a batch was written. NULL before the first.
-- No FINAL: the largest of repeated rows is the same.
CREATE VIEW IF NOT EXISTS ingest_progress
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    if(count() = 0, NULL, max(last_append_time)) AS data_until,
    if(count() = 0, NULL, max(ingested_at)) AS ingested_until
FROM batches_v1;
