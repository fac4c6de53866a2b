-- One row per batch that the ingester wrote: which offsets of which partition, how many of what, and the root of
-- their tree. A later delivery of the same offsets is recognised by it and skipped. Written after the events and
-- records it speaks of, so a batch row means that its rows are there.
-- Sorted by position, because that is how coverage is asked for; unpartitioned, because it is small and kept.
CREATE TABLE IF NOT EXISTS batches_v1
(
    topic             LowCardinality(String),
    partition         UInt32,
    first_offset      UInt64,
    last_offset       UInt64,
    first_append_time DateTime64(3, 'UTC'),
    last_append_time  DateTime64(3, 'UTC'),
    records           UInt32 COMMENT 'Kafka records in the range',
    elements          UInt32 COMMENT 'Elements of those records, each a leaf',
    accepted          UInt32,
    rejected          UInt32,
    events            UInt32,
    root              FixedString(64) COMMENT 'Merkle root (RFC 9162) over the leaves in order',
    settings_offset   Int64,
    adapter_versions  String COMMENT 'JSON object: gateway to adapter version',
    months            Array(UInt32) COMMENT 'Table partitions of events_v1 that the batch wrote to',
    epoch             UInt32,
    ingested_at       DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, first_offset, last_offset, first_append_time, epoch)
SETTINGS non_replicated_deduplication_window = 10000;
