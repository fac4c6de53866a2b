/**
 * Why a record could not be understood. The list is closed: a reason is a column, a metric label and a heading
 * in `docs/rejects.md`. A rejected record keeps its scrubbed bytes, so a mended adapter can take it in later.
 */
export const REJECT_REASONS = [
  "empty_value", // a tombstone or zero bytes
  "not_utf8",
  "not_json", // truncated, two documents, NaN, BOM inside, control characters
  "json_duplicate_key", // `{"cost":1,"cost":9}`: which one would an auditor believe?
  "json_too_deep",
  "json_forbidden_key", // `__proto__`, `constructor` as a key
  "record_too_large",
  "not_a_record", // JSON, but a bare number, string, boolean or null where a record was due
  "unknown_source", // no source setting claims this topic or header
  "unknown_event_type",
  "unsupported_version",
  "bad_shape", // a field is missing or of the wrong type; the detail names it
  "bad_identity", // an id that is empty, too long or of the wrong type
  "bad_number", // negative, fractional or unsafe tokens; a cost that is no decimal
  "bad_currency",
  "bad_time",
  "meters_contradict", // parts larger than the whole: never guessed
  "usage_unreadable", // usage is a sentence or of an unknown shape
  "principal_mismatch", // the record claims another source than its credential allows
] as const;

export type RejectReason = (typeof REJECT_REASONS)[number];
