-- What accounting periods add to reading. Periods are settings and have no table: where a row is booked follows from
-- its two times and from them (core/periods/posting.ts), so closing writes nothing and nothing has to be written again.
--
-- What is booked late is found by `ingested_at`: everything of closed periods that was written after their first cut.
-- It is few rows in the granules of a few days, among years that are not read: the extremes of each granule leave them
-- out. Parts that are there already get the index when they merge.
ALTER TABLE events_v1 ADD INDEX IF NOT EXISTS by_ingested ingested_at TYPE minmax GRANULARITY 1;

-- How many records of a range of Kafka's time were rejected and are still, for whoever closes a period: they may be calls
-- that nobody counts. A replay writes a record's outcome under a new epoch, and the last one counts. Reads one column of
-- the range, and all of a record only for those that were ever rejected. Nothing of any team.
CREATE VIEW IF NOT EXISTS all_open_rejects
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS WITH range AS (
    SELECT topic, partition, offset, append_time, element, epoch, outcome
    FROM records_v1
    WHERE append_time >= {from:DateTime64(3, 'UTC')} AND append_time < {to:DateTime64(3, 'UTC')}
)
SELECT count() AS records FROM (
    SELECT argMax(outcome, epoch) AS last FROM range
    WHERE (topic, partition, offset, append_time, element) IN (
        SELECT topic, partition, offset, append_time, element FROM range WHERE outcome = 'rejected')
    GROUP BY topic, partition, offset, append_time, element
) WHERE last = 'rejected';
