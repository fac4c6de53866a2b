-- One row per element of a Kafka record: everything that ever arrived, accepted or rejected, exactly once.
-- This is what replay reads and what an auditor re-hashes, so it is found by position: (topic, partition,
-- offset) is the sort key. The append time is part of the identity, because a recreated topic reuses offsets.
-- Partitioned by the month of Kafka's append time: it belongs to the position, so a repeat of the same record
-- lands in the same partition, and retention drops whole months.
-- A batch is inserted once under a token that binds its content; the window is how many such tokens are kept.
CREATE TABLE IF NOT EXISTS records_v1
(
    topic            LowCardinality(String),
    partition        UInt32,
    offset           UInt64,
    element          UInt32 COMMENT 'Index in an array message or NDJSON; 0 for a single record',
    append_time      DateTime64(3, 'UTC') COMMENT 'Kafka''s timestamp: LogAppendTime on our own topics',
    source           LowCardinality(String),
    gateway          LowCardinality(String),
    outcome          Enum8('accepted' = 1, 'rejected' = 2),
    reject_reason    LowCardinality(String) COMMENT 'Empty when accepted',
    reject_detail    String CODEC(ZSTD(1)),
    event_ids        Array(FixedString(32)) COMMENT 'The events made of this element',
    stored           String COMMENT 'The element''s bytes with credentials and content cut out' CODEC(ZSTD(3)),
    headers          Map(LowCardinality(String), String) COMMENT 'What an adapter needs beside the bytes: ce_*, content-type and spendtrail-* headers',
    received_sha256  FixedString(64) COMMENT 'Of the element''s bytes as they lay in Kafka',
    stored_sha256    FixedString(64) COMMENT 'Of the column stored',
    rows_sha256      FixedString(64) COMMENT 'Of the canonical rows made of it',
    leaf             FixedString(64) COMMENT 'H(position, the three hashes): a leaf of the batch''s tree',
    adapter_version  UInt32,
    settings_offset  Int64 COMMENT 'The settings in force; -1 is none',
    epoch            UInt32 COMMENT '0 as first ingested; replays count up',
    ingested_at      DateTime64(3, 'UTC') COMMENT 'Set by the ingester, the same for a whole batch and its repeats'
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(append_time)
ORDER BY (topic, partition, offset, append_time, element, epoch)
SETTINGS non_replicated_deduplication_window = 10000;
