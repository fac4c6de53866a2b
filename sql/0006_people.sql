-- One row per pseudonym: the only place where a person's name stands. Everything else holds user_ref, so that
-- erasing a person is deleting one row here. The latest sighting wins.
CREATE TABLE IF NOT EXISTS people_v1
(
    user_ref  String,
    name      String,
    source    LowCardinality(String),
    seen_at   DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(seen_at)
ORDER BY user_ref;
