-- Scheduled exports: what became of every due time of every schedule. One row per due time, replaced as a whole; it is
-- what a new leader goes on from, and what people read. No figure in it decides anything: a file is made from the due
-- time and the events alone, so a row that is lost is made again with the same bytes.
-- Sorted by schedule and due time, because it is written and asked for by them and nothing else. Not partitioned: a
-- schedule that is due every hour has nine thousand rows a year. `revision` counts what became of a due time, and that of
-- one that was delivered is the largest there is: a program that lost its office meanwhile and still writes that it
-- failed says nothing any more.
CREATE TABLE IF NOT EXISTS scheduled_exports_v1
(
    schedule         LowCardinality(String),
    due_at           DateTime64(3, 'UTC') COMMENT 'Also as_of of the file',
    state            Enum8('due' = 1, 'running' = 2, 'retrying' = 3, 'delivered' = 4, 'failed' = 5, 'missed' = 6),
    attempts         UInt32,
    schedule_version UInt32 COMMENT 'Of the setting that was last looked at',
    destination      LowCardinality(String),
    file             String COMMENT 'Empty until it was made once',
    range_from       String COMMENT 'As asked for: a local date or an instant',
    range_to         String,
    bytes            UInt64,
    row_count        UInt64,
    sha256           String,
    data_until       Nullable(DateTime64(3, 'UTC')) COMMENT 'Kafka time of the newest record in it',
    reaches_end      Bool COMMENT 'Whether data_until had passed the end of the range',
    code             LowCardinality(String) COMMENT 'Of the last failure; empty: none',
    message          String,
    changed_at       DateTime64(3, 'UTC'),
    next_try_at      Nullable(DateTime64(3, 'UTC')),
    revision         UInt32
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (schedule, due_at)
SETTINGS non_replicated_deduplication_window = 1000;

-- For roles that see all teams: what was sent where, and no cost.
CREATE VIEW IF NOT EXISTS all_scheduled_exports
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM scheduled_exports_v1 FINAL;
