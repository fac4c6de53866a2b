-- Alerts: what needs somebody, from when on and until when. One row per episode of an alert: `alert_id` is made of its
-- kind and of what it is about (`labels`), so the same trouble has the same id for ever; that it came back is another
-- episode, and the earlier one stays on record.
-- Sorted by kind, because a job reads and writes all of its kind; then by id and episode, which tell rows apart.
-- `revision` counts what became of an episode, so the last row wins whatever the clocks of those who wrote say. Not
-- partitioned: there are few, they are kept for ever, and an episode may last for months. No figures in it: they would
-- be old as soon as they are written, and the lists that an alert is about have them.
CREATE TABLE IF NOT EXISTS alerts_v1
(
    alert_id    FixedString(32),
    kind        LowCardinality(String) COMMENT 'unpriced_model, …',
    episode     UInt32 COMMENT 'From 1; how often it fired',
    state       Enum8('firing' = 1, 'resolved' = 2),
    labels      Map(LowCardinality(String), String) COMMENT 'What it is about',
    details     Map(LowCardinality(String), String) COMMENT 'What is worth knowing, as of changed_at',
    first_seen  DateTime64(3, 'UTC') COMMENT 'Time of the first thing that it is about',
    last_seen   DateTime64(3, 'UTC') COMMENT 'Of the last; while it fires, at most an hour old when written',
    fired_at    DateTime64(3, 'UTC'),
    changed_at  DateTime64(3, 'UTC'),
    resolved_at Nullable(DateTime64(3, 'UTC')),
    revision    UInt32
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (kind, alert_id, episode)
SETTINGS non_replicated_deduplication_window = 1000;

-- For roles that see all teams: an alert is about what all of them did.
CREATE VIEW IF NOT EXISTS all_alerts
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM alerts_v1 FINAL;
