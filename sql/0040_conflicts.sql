-- Conflicts: the same identity (event_id) written under more than one key, or with other content. Found, listed and
-- reversed by the job of that name; docs/jobs.md says how.
--
-- What of each event of a record is compared, in the order of event_ids: the bucket and a hash of the rest of its key,
-- and a hash of what it says that is counted or rated, with the rank of its usage quality in the two lowest bits. In
-- the record and not in the event, because of two events under one key the store forgets one. Records of before these
-- columns have none and are not compared.
ALTER TABLE records_v1
    ADD COLUMN IF NOT EXISTS event_buckets Array(DateTime('UTC')) AFTER event_ids,
    ADD COLUMN IF NOT EXISTS event_keys Array(UInt32) COMMENT 'Hash of gateway team, model and session' AFTER event_buckets,
    ADD COLUMN IF NOT EXISTS event_contents Array(UInt32) COMMENT 'Hash of what is counted and rated; lowest two bits: usage quality' AFTER event_keys;

-- One row per statement of an event: where to look for other copies of an event_id, which events_v1, sorted by time,
-- cannot tell without reading all of it. `id` is the first half of the event_id; two events that share one are told
-- apart later. An entry without a topic says that a correction wrote the event in this bucket.
-- Sorted by id, because look-ups are by id and nothing else, in small granules and small compressed blocks, because
-- each look-up hits another one. Not partitioned: a batch of history would touch every month of many years. Identical
-- entries (a part that was looked at twice) fold away.
CREATE TABLE IF NOT EXISTS identity_index_v1
(
    id        UInt64,
    bucket    DateTime('UTC') CODEC(T64, LZ4),
    key       UInt32,
    content   UInt32,
    topic     LowCardinality(String),
    partition UInt32 CODEC(T64, LZ4),
    offset    UInt64 CODEC(T64, LZ4),
    element   UInt32 CODEC(T64, LZ4)
)
ENGINE = ReplacingMergeTree
PRIMARY KEY id
ORDER BY (id, bucket, key, content, topic, partition, offset, element)
SETTINGS index_granularity = 1024, min_compress_block_size = 8192, max_compress_block_size = 16384;

-- Which insert blocks of a table the job has looked at, by table partition: a row per partition, replaced as a whole.
-- An older row that wins costs a second look, never a miss.
CREATE TABLE IF NOT EXISTS conflict_scans_v1
(
    looked_in       LowCardinality(String),
    table_partition String,
    blocks          Array(Tuple(first UInt64, last UInt64)),
    noted_at        DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(noted_at)
ORDER BY (looked_in, table_partition)
SETTINGS non_replicated_deduplication_window = 1000;

-- One row per copy of an event that does not stand, with the one that stands instead. Kept for ever, small, and looked
-- up by event: that is the sort key, with what tells the copies of an event apart. `revision` counts what became of it
-- (found, then reversed), so the last row wins whatever the clocks of those who wrote say.
CREATE TABLE IF NOT EXISTS conflicts_v1
(
    event_id            FixedString(32) COMMENT 'Of the call, also where a part of it is meant',
    lost_event_id       FixedString(32) COMMENT 'The call itself or a part of it',
    lost_bucket         DateTime('UTC'),
    lost_gateway_team   LowCardinality(String),
    lost_model          LowCardinality(String),
    lost_session_id     String,
    lost_epoch          UInt32,
    lost_topic          LowCardinality(String),
    lost_partition      UInt32,
    lost_offset         UInt64,
    lost_element        UInt32,
    lost_append_time    DateTime64(3, 'UTC'),
    lost_team           LowCardinality(String) COMMENT 'Who would have paid; empty where the store no longer has the row',
    lost_cost_usd       Nullable(Decimal(38, 12)),
    what                Enum8('request' = 1, 'response' = 2, 'part' = 3, 'audit' = 4),
    kind                Enum8('other_key' = 1, 'other_partition' = 2, 'other_content' = 3, 'live_twice' = 4),
    differs             Array(String) COMMENT 'Columns; paths in the record where only the records can be compared',
    stands_event_id     FixedString(32),
    stands_bucket       DateTime('UTC'),
    stands_gateway_team LowCardinality(String),
    stands_model        LowCardinality(String),
    stands_session_id   String,
    stands_epoch        UInt32,
    stands_topic        LowCardinality(String),
    stands_partition    UInt32,
    stands_offset       UInt64,
    stands_element      UInt32,
    stands_append_time  DateTime64(3, 'UTC'),
    stands_team         LowCardinality(String),
    stands_cost_usd     Nullable(Decimal(38, 12)),
    state               Enum8('found' = 1, 'reversed' = 2, 'replaced' = 3, 'reinstated' = 4) COMMENT 'found: not reversed yet; replaced: the store keeps one of the two by itself; reinstated: it stands after all',
    found_at            DateTime64(3, 'UTC'),
    changed_at          DateTime64(3, 'UTC'),
    revision            UInt32,
    INDEX by_found found_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (event_id, lost_event_id, lost_bucket, lost_gateway_team, lost_model, lost_session_id, lost_epoch,
          lost_topic, lost_partition, lost_offset, lost_element, lost_append_time)
SETTINGS non_replicated_deduplication_window = 10000;

-- For roles that see all teams: a conflict names two of them.
CREATE VIEW IF NOT EXISTS all_conflicts
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM conflicts_v1 FINAL
WHERE found_at >= {from:DateTime64(3, 'UTC')} AND found_at < {to:DateTime64(3, 'UTC')};
