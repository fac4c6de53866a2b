/** The table of the baseline arm: what a team would make of a usage record at first. */
export const BASELINE_TABLE = `CREATE TABLE IF NOT EXISTS baseline_events
(
    event_id String, event_time DateTime64(3, 'UTC'), session_id String, team LowCardinality(String), user String,
    api_key String, model LowCardinality(String), provider LowCardinality(String), status LowCardinality(String),
    input_tokens UInt64, output_tokens UInt64, cost Float64
)
ENGINE = MergeTree PARTITION BY toYYYYMM(event_time) ORDER BY (team, model, event_time)`;
