-- Costs that are no call (seats, commitments, credits, taxes), as people with a SQL client and dashboards read them.
--
-- A view and no table: charges are settings, so their log is the settings topic, which `settings_changes_v1` copies.
-- Whatever brings that table back (a restore, a topic that is read again from its beginning) brings them back. An id
-- comes in once and never changes, so where a topic was made anew and an id is there twice, the last one stands.
CREATE OR REPLACE VIEW charges_v1
DEFINER = CURRENT_USER SQL SECURITY DEFINER
AS SELECT
    charge_id,
    JSONExtractString(charge, 'kind') AS kind,
    JSONExtractString(charge, 'vendor') AS vendor,
    JSONExtractString(charge, 'description') AS description,
    parseDateTime64BestEffort(JSONExtractString(charge, 'from'), 3, 'UTC') AS period_from,
    parseDateTime64BestEffort(JSONExtractString(charge, 'to'), 3, 'UTC') AS period_to,
    toDecimal128(JSONExtractString(charge, 'amount'), 12) AS amount,
    JSONExtractString(charge, 'currency') AS currency,
    JSONExtractString(charge, 'team') AS team,
    JSONExtractString(charge, 'cost_center') AS cost_center,
    JSONExtractString(charge, 'split') AS split,
    JSONExtractString(charge, 'corrects') AS corrects,
    JSONExtractString(charge, 'file_sha256') AS file_sha256,
    JSONExtractUInt(charge, 'line') AS line,
    recorded_at, settings_offset, actor, reason
FROM (
    SELECT id AS charge_id, after AS charge, append_time AS recorded_at, settings_offset, actor, reason
    FROM settings_changes_v1 FINAL
    WHERE kind = 'charge' AND outcome = 'applied'
    ORDER BY append_time DESC
    LIMIT 1 BY charge_id
);
