-- Who is to hear of an alert, as decided when it fired: the outbox is this table, so that an alert and the wish to tell
-- somebody are one row and no kill can come between them. What became of each telling is in `deliveries_v1`.
--
-- Two more ends: `superseded` is what another version of its budget took the place of, and `noted` what was only ever
-- worth a note, such as a late record that moved a month which is over: it is on record and nobody is paged.
ALTER TABLE alerts_v1
    MODIFY COLUMN state Enum8('firing' = 1, 'resolved' = 2, 'superseded' = 3, 'noted' = 4),
    ADD COLUMN IF NOT EXISTS receivers Array(LowCardinality(String)) COMMENT 'Names of receivers; empty: nobody' AFTER details;

-- A view keeps the columns that its table had when it was made.
CREATE OR REPLACE VIEW all_alerts
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT * FROM alerts_v1 FINAL;
