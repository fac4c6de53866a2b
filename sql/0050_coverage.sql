-- What proves that nothing is lost: per partition, every offset against what was stored, and per producer, every
-- sequence number. Four kinds of row. `partition`: how far a partition was examined, with all counts from its first
-- offset on. `gap`: offsets without a stored record. `producer`: which numbers of a producer were seen.
-- `sequence_gap`: numbers that were given and never arrived.
--
-- Rows are only added, and two checkers at once write the same. Sorted by subject, because the current state is the
-- newest row of each. Of gaps every row stays, so that what was believed when stays readable: their end and the time of
-- the check are in the key. Of partitions and producers, which have a row a minute, merges leave the newest. Small, so
-- unpartitioned and kept.
CREATE TABLE IF NOT EXISTS coverage_v1
(
    subject       Enum8('partition' = 1, 'gap' = 2, 'producer' = 3, 'sequence_gap' = 4),
    topic         LowCardinality(String),
    partition     UInt32 COMMENT '0 for producers: their numbers run over all partitions',
    life          DateTime64(3, 'UTC') COMMENT 'When this life of the topic began, 1970 for the first: one made anew counts from 0 again',
    source        LowCardinality(String) COMMENT 'Empty for partitions',
    producer      String COMMENT 'What a producing process calls itself; its numbers begin at 1 per source',
    from_number   UInt64 COMMENT 'First offset or sequence number, within',
    to_number     Int64 COMMENT 'The last one, within; of a partition, how far it was examined, -1 is nothing',
    verdict       LowCardinality(String) COMMENT 'Of a gap, see docs/coverage.md; empty for the others',
    covered_to    Int64 COMMENT 'Of a partition: the last offset of its last batch; -1 is none',
    records       UInt64 COMMENT 'Of a partition: Kafka records stored',
    accepted      UInt64 COMMENT 'Elements of them that became events',
    rejected      UInt64 COMMENT 'Elements that became rejects',
    control       UInt64 COMMENT 'Offsets that hold markers of transactions',
    aborted       UInt64 COMMENT 'Offsets whose transaction was aborted',
    compacted     UInt64 COMMENT 'Offsets that compaction emptied',
    unseen        UInt64 COMMENT 'Offsets that Kafka held no more when they were first looked at, and that were no loss: a gateway''s own topic from before it was a source, or places between records of one batch',
    holes         Array(Tuple(UInt64, UInt64, Int64, Int64)) COMMENT 'Of a producer: numbers not seen, and the append times (ms) between which they were due',
    from_time     Nullable(DateTime64(3, 'UTC')) COMMENT 'Append time of what lies before, or of the first',
    to_time       Nullable(DateTime64(3, 'UTC')) COMMENT 'Append time of what lies behind, or of the last',
    detail        String,
    checked_at    DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(checked_at)
ORDER BY (
    subject, topic, partition, life, source, producer, from_number,
    if(subject IN ('gap', 'sequence_gap'), to_number, 0),
    if(subject IN ('gap', 'sequence_gap'), checked_at, toDateTime64(0, 3, 'UTC'))
)
SETTINGS non_replicated_deduplication_window = 10000;

-- What producers say of their numbers, out of the headers of a record. Columns of their own, so that counting them
-- needs no right to read headers; computed, so that no program has to know of them to insert.
ALTER TABLE records_v1
    ADD COLUMN IF NOT EXISTS producer_source LowCardinality(String) MATERIALIZED if(headers['spendtrail-source'] = '', toString(source), headers['spendtrail-source']) COMMENT 'The source as the producer named it, also of what was rejected because it is unknown',
    ADD COLUMN IF NOT EXISTS producer LowCardinality(String) MATERIALIZED headers['spendtrail-seq-producer'],
    ADD COLUMN IF NOT EXISTS producer_number UInt64 MATERIALIZED toUInt64OrZero(headers['spendtrail-seq']) COMMENT 'From 1; 0 is none',
    ADD COLUMN IF NOT EXISTS producer_void String MATERIALIZED headers['spendtrail-seq-void'] COMMENT 'Numbers that were taken back: `5-7,9-9`';

-- A round asks for the batches behind a place, by offset, and for those of a later life, by time. Both grow with
-- first_offset, the sort key, so the extremes of each granule leave only the newest to be read.
ALTER TABLE batches_v1
    ADD INDEX IF NOT EXISTS last_offset_extremes last_offset TYPE minmax GRANULARITY 1,
    ADD INDEX IF NOT EXISTS append_time_extremes first_append_time TYPE minmax GRANULARITY 1;

-- The current state, for roles that see all teams: nothing of any team is in it. The newest row of each subject.
CREATE VIEW IF NOT EXISTS all_coverage_progress
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM coverage_v1
WHERE subject IN ('partition', 'producer')
ORDER BY checked_at DESC, to_number DESC
LIMIT 1 BY subject, topic, partition, life, source, producer;

CREATE VIEW IF NOT EXISTS all_coverage_gaps
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM coverage_v1
WHERE subject IN ('gap', 'sequence_gap')
ORDER BY checked_at DESC
LIMIT 1 BY subject, topic, partition, life, source, producer, from_number, to_number;
