-- One row per message on the settings topic, accepted by the fold or not: the history of every source, key and
-- price, who changed it, why, with before and after. Sorted by the log's own order, which is the fold's order.
CREATE TABLE IF NOT EXISTS settings_changes_v1
(
    settings_offset  UInt64,
    append_time      DateTime64(3, 'UTC'),
    change_id        String,
    kind             LowCardinality(String),
    id               String,
    expected_version UInt32,
    version          UInt32 COMMENT 'The version that it made; 0 when refused',
    outcome          Enum8('applied' = 1, 'conflict' = 2, 'invalid' = 3, 'duplicate' = 4) COMMENT 'duplicate: the change_id was seen before',
    detail           String,
    actor            String,
    reason           String,
    before           String COMMENT 'JSON; empty when there was none',
    after            String COMMENT 'JSON; empty for a removal or a refused change',
    ingested_at      DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (settings_offset, append_time)
SETTINGS non_replicated_deduplication_window = 10000;
