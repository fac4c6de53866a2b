-- One row per step of a restore: step 0 says that it began, each further one that a manifest of the back-up is in the
-- tables whole, and the highest number that it ended well. A restore that broke off is known for one by it, and goes
-- on behind the last step instead of being refused by tables that are not empty any more.
-- Sorted by the back-up (the hash of its last manifest) and the step, because that is how it is asked for.
CREATE TABLE IF NOT EXISTS restores_v1
(
    backup  FixedString(64) COMMENT 'SHA-256 of the last manifest',
    step    UInt32 COMMENT 'Sequence of a manifest; 0: begun; 4294967295: ended well',
    done_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (backup, step);
