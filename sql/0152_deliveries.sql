-- Deliveries: what became of telling each receiver of an alert that it fires and that it is over. One row a notification,
-- replaced as a whole. Who is to be told stands with the alert; a row here says that it was tried, so one that is lost is
-- told once more, with the same id.
-- Sorted by what the notification is about: it is always asked for beside its alert, by the alert's id first, and the
-- rest tells rows apart. Not by its state or time, which change. Not partitioned: some rows an alert, kept as long.
-- `revision` counts what became of it, and that of one that was sent is the largest there is: a program that lost its
-- office meanwhile and still writes that it failed says nothing any more.
CREATE TABLE IF NOT EXISTS deliveries_v1
(
    delivery_id      FixedString(32) COMMENT 'Also webhook-id; follows from the rest of the key',
    alert_id         FixedString(32),
    episode          UInt32,
    kind             LowCardinality(String) COMMENT 'Of the alert',
    transition       Enum8('firing' = 1, 'ended' = 2),
    receiver         LowCardinality(String),
    receiver_version UInt32 COMMENT 'Of its setting at the last try; 0: none yet',
    state            Enum8('pending' = 1, 'sent' = 2, 'dead' = 3, 'skipped' = 4),
    attempts         UInt32 COMMENT 'Since it was made or last asked for again',
    status           UInt16 COMMENT 'Of the last answer; 0: none came',
    code             LowCardinality(String) COMMENT 'Of the last failure; empty: none',
    message          String,
    replays          UInt32 COMMENT 'How often it was asked for again',
    created_at       DateTime64(3, 'UTC'),
    changed_at       DateTime64(3, 'UTC'),
    next_try_at      Nullable(DateTime64(3, 'UTC')),
    sent_at          Nullable(DateTime64(3, 'UTC')),
    revision         UInt32
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (alert_id, episode, transition, receiver)
SETTINGS non_replicated_deduplication_window = 1000;

-- For roles that see all teams: who was told what, as alerts themselves.
CREATE VIEW IF NOT EXISTS all_deliveries
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM deliveries_v1 FINAL;

-- The jobs ask every second what has changed: a few granules and not the column of all alerts there ever were.
ALTER TABLE alerts_v1 ADD INDEX IF NOT EXISTS changed changed_at TYPE minmax GRANULARITY 1;
