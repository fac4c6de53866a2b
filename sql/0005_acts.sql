-- One row per act on the system itself: a read of the audit trail, an export, a replay, a denied access, an
-- offset range that an operator skipped. Copied from the acts topic, in whose order it is sorted.
CREATE TABLE IF NOT EXISTS acts_v1
(
    act_offset  UInt64,
    append_time DateTime64(3, 'UTC'),
    act_id      String,
    act         LowCardinality(String),
    actor       String,
    subject     String,
    detail      String COMMENT 'JSON',
    ingested_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (act_offset, append_time)
SETTINGS non_replicated_deduplication_window = 10000;
