-- One row per canonical event and belief about it. A correction (replay, re-rate, re-attribution) appends a row
-- with sign -1 under the old key and one with +1 under the new; totals are sum(sign * x), so each earlier
-- belief stays readable by epoch.
-- The key is made of the record's own bytes alone: ReplacingMergeTree replaces only on the whole key inside one
-- partition, so a column that settings decide (paying team, canonical model, cost) must not be in it, nor one that
-- the time of arrival decides: a record whose clock is missing or runs ahead is posted again under another append
-- time and must meet itself here. So `bucket` and the partition are made of the time that the record states (1970
-- when it states none), while `event_time`, the time that counts, is a plain column with an index of its own.
-- It starts with a five-minute bucket because a rollup recomputes one bucket and an audit list goes by time.
-- The version: better usage quality wins, then the earliest append (Kafka's time, inverted).
CREATE TABLE IF NOT EXISTS events_v1
(
    bucket              DateTime('UTC') COMMENT 'The stated time floored to 5 minutes; 1970-01-01 when the record states none',
    gateway_team        LowCardinality(String) COMMENT 'As the gateway authenticated it; empty when it did not',
    model               LowCardinality(String) COMMENT 'As the record says it',
    session_id          String,
    event_id            FixedString(32),
    epoch               UInt32,
    sign                Int8,
    version             UInt64,

    kind                Enum8('request' = 1, 'response' = 2),
    identity_quality    Enum8('vendor' = 1, 'stamped' = 2, 'position' = 3),
    event_time          DateTime64(3, 'UTC') COMMENT 'Start of the call by the record; the append time when missing or in the future',
    event_time_stated   Nullable(DateTime64(3, 'UTC')) COMMENT 'What the record said, kept when it was not believed',
    time_suspect        Bool,
    first_token_at      Nullable(DateTime64(3, 'UTC')),
    ended_at            Nullable(DateTime64(3, 'UTC')),
    append_time         DateTime64(3, 'UTC'),
    ingested_at         DateTime64(3, 'UTC'),

    source              LowCardinality(String),
    role                Enum8('ledger' = 1, 'evidence' = 2),
    gateway             LowCardinality(String),
    gateway_version     LowCardinality(String),
    call_id             String,
    provider_request_id String,
    provider_message_id String,
    client_request_id   String,
    trace_id            String,
    attempt             Nullable(UInt16),
    parent_call_id      String,
    internal_origin     LowCardinality(String),
    session_id_source   LowCardinality(String),
    agent               String,
    parent_agent        String,
    team                LowCardinality(String) COMMENT 'Who pays, as attributed at event time; may be corrected',
    team_alias          LowCardinality(String),
    organization        LowCardinality(String),
    project             LowCardinality(String),
    user_ref            String COMMENT 'Keyed pseudonym of the authenticated person',
    end_user_ref        String COMMENT 'Keyed pseudonym of the person that the client claimed',
    api_key             String,
    claimed_team        LowCardinality(String),
    tags                Array(LowCardinality(String)),
    client              LowCardinality(String),
    api_format          LowCardinality(String),
    operation           LowCardinality(String),
    platform            LowCardinality(String),
    model_requested     LowCardinality(String),
    model_canonical     LowCardinality(String) COMMENT 'By our table; empty is unmapped',
    region              LowCardinality(String),
    inference_geo       LowCardinality(String),
    service_tier        LowCardinality(String),
    speed               LowCardinality(String),
    stream              Nullable(Bool),

    outcome             LowCardinality(String) COMMENT 'success, error, aborted, blocked, cached; empty for a request',
    http_status         Nullable(UInt16),
    error_type          LowCardinality(String),
    error_code          LowCardinality(String),
    stop_reason         LowCardinality(String),
    gateway_overhead_us Nullable(UInt64),

    input_tokens          Nullable(UInt64),
    cache_read_tokens     Nullable(UInt64),
    cache_write_5m_tokens Nullable(UInt64),
    cache_write_1h_tokens Nullable(UInt64),
    cache_write_tokens    Nullable(UInt64),
    output_tokens         Nullable(UInt64),
    thinking_tokens       Nullable(UInt64),
    web_search_requests   Nullable(UInt64),
    other_meters          Array(Tuple(unit String, quantity Decimal(38, 12))),
    usage_quality         LowCardinality(String),

    cost_usd            Nullable(Decimal(38, 12)) COMMENT 'NULL is unpriced; never 0 for unknown',
    cost_status         LowCardinality(String) COMMENT 'rated, gateway, estimated, unpriced; empty for a request',
    cost_note           LowCardinality(String) COMMENT 'Why: no_price, unmapped_model, usage_missing, not_billed, …',
    price_id            String COMMENT 'The price row that rated it',
    gateway_cost        Nullable(Decimal(38, 12)),
    gateway_currency    LowCardinality(String),

    topic               LowCardinality(String),
    partition           UInt32,
    offset              UInt64,
    element             UInt32,
    adapter_version     UInt32,
    settings_offset     Int64,

    INDEX by_time event_time TYPE minmax GRANULARITY 1,
    INDEX by_session session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_event event_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket, gateway_team, model, session_id, event_id, epoch, sign)
SETTINGS non_replicated_deduplication_window = 10000;
