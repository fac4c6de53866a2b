-- What only all-team roles read. The history of settings in the log's own order, and the hashes of record elements
-- by position, so that each event can be led back to the bytes that it was made of. Positions are the sort key of
-- records_v1, so a page of them reads a few granules.
CREATE VIEW IF NOT EXISTS all_settings_changes
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM settings_changes_v1 FINAL;

CREATE VIEW IF NOT EXISTS all_record_hashes
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    topic, partition, offset, element, append_time, epoch,
    received_sha256, stored_sha256, rows_sha256, leaf
FROM records_v1 FINAL
WHERE (topic, partition, offset) IN
  arrayZip({topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)});
