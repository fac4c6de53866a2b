-- Sums of five minutes by whoever a budget can be of: what the watch of the budgets is started from, so that it need not
-- read every call of the month again, and what a late call's bucket was counted as before it came. docs/budgets.md.
--
-- One row per bucket with its sums in arrays, replaced as a whole, for the reasons of 0030_rollups.sql. Beside the rollups
-- there and not in them, because it is not for readers: it is written by the one who holds the same sums in memory, and
-- `version` and `computed_at` tell that one whether the row is still the one that it counts with. Nearly a group per call,
-- so no meters but what calls without a price are taken for
-- (`read_tokens` is all of their input, from and to a cache too).
-- The bucket alone is the key: one is read or written at a time, or all of a stretch of time.
CREATE TABLE IF NOT EXISTS payer_costs_v1
(
    bucket      DateTime('UTC'),
    version     UInt64 COMMENT 'As of a rollup: what of events_v1 it has seen at the least',
    computed_at DateTime64(3, 'UTC'),
    sums Nested
    (
        time            DateTime('UTC'),
        organization    LowCardinality(String),
        cost_center     LowCardinality(String),
        team            LowCardinality(String),
        user_ref        String,
        api_key         String,
        tags            Array(LowCardinality(String)),
        model           LowCardinality(String),
        model_canonical LowCardinality(String),
        platform        LowCardinality(String),
        gateway         LowCardinality(String),
        cost_status     LowCardinality(String),
        cost_usd        Decimal(38, 12),
        list_usd        Decimal(38, 12),
        read_tokens     Int128,
        output_tokens   Int128
    )
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(bucket)
ORDER BY bucket;

-- The same by whole days, for a quick start: of each UTC day the sums by the columns that budgets go by now, in stretches
-- that no budget's day begins within (`sums.time` is where one begins). `layout` says which columns and which stretches:
-- with other budgets other rows are made and these are left. `stamp` is a sum over the rows of `payer_costs_v1` that a day
-- was made of; as long as those of now give the same, it is right, whoever wrote it and when, and else it is not read.
-- By layout and day, because it is read so; the last one that was written counts.
CREATE TABLE IF NOT EXISTS payer_days_v1
(
    layout      UInt64,
    day         Date,
    stamp       UInt64,
    computed_at DateTime64(3, 'UTC'),
    sums Nested
    (
        time            DateTime('UTC'),
        organization    LowCardinality(String),
        cost_center     LowCardinality(String),
        team            LowCardinality(String),
        user_ref        String,
        api_key         String,
        tags            Array(LowCardinality(String)),
        model           LowCardinality(String),
        model_canonical LowCardinality(String),
        platform        LowCardinality(String),
        gateway         LowCardinality(String),
        cost_status     LowCardinality(String),
        cost_usd        Decimal(38, 12),
        list_usd        Decimal(38, 12),
        read_tokens     Int128,
        output_tokens   Int128
    )
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (layout, day)
TTL day + INTERVAL 1 YEAR;
