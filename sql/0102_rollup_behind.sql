-- `rollup_behind` again (0090_cost_reads.sql says what for), which read every row of `events_v1` only to learn the numbers
-- in the names of its parts: 0.7 s of a core with 10,000,000 calls, in every answer of a rollup. Grouped by the part as
-- it is, the store counts without reading a row.
CREATE OR REPLACE VIEW rollup_behind
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS WITH
    (SELECT mapFromArrays(groupArray(table_partition), groupArray(block)) FROM (
        SELECT toString(table_partition) AS table_partition, toInt64(max(position) % 1099511627776) AS block
        FROM rollup_marks_v1 WHERE rollup_name = {rollup:String} AND table_partition != '' GROUP BY table_partition
    )) AS noted,
    (SELECT mapFromArrays(groupArray(id), groupArray(block)) FROM (
        SELECT splitByChar('_', toString(part))[1] AS id, max(toInt64(splitByChar('_', toString(part))[3])) AS block
        FROM (SELECT _part AS part, count() FROM events_v1 GROUP BY _part) GROUP BY id
    )) AS newest
SELECT bucket, whole_month FROM (
    SELECT DISTINCT bucket, false AS whole_month FROM events_v1
    WHERE (bucket >= toStartOfFiveMinutes({from:DateTime64(3, 'UTC')}) OR bucket = toDateTime(0, 'UTC'))
      AND mapContains(noted, toString(_partition_id))
      AND toInt64(splitByChar('_', _part)[3]) > noted[toString(_partition_id)]
      AND _block_number > noted[toString(_partition_id)]
    UNION ALL
    SELECT toDateTime(0, 'UTC') AS bucket, true AS whole_month
    FROM (SELECT arrayJoin(arrayConcat(mapKeys(noted), mapKeys(newest))) AS id)
    WHERE (id >= toString(toYYYYMM({from:DateTime64(3, 'UTC')})) OR id = '197001')
      AND (NOT mapContains(noted, id) OR newest[id] < noted[id])
);
