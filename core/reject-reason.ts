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
  "not_otlp", // no OTLP message of the signal that was due
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

/** What each reason means and what to do, for people; `docs/rejects.md` is generated from it. */
export const REJECT_REASON_TEXT: Readonly<Record<RejectReason, string>> = {
  empty_value:
    "The record has no value: a tombstone, zero bytes or white space. Look at what writes tombstones to a topic of records.",
  not_utf8:
    "The bytes are not UTF-8. Nothing is replaced, because that would change a name or an id in silence. Often a compressed, Avro or Protobuf value: set the gateway's serializer to JSON.",
  not_json:
    "The text is no single JSON document: truncated, two documents in one record, NaN or Infinity (write null), comments, raw control characters. The detail says at which character.",
  json_duplicate_key:
    "A key stands twice in one object, so readers would disagree on its value. Mend the emitter; the detail names the key.",
  json_too_deep:
    "The record nests deeper than 64 levels. Turn off the logging of bodies, or leave the deep part out.",
  json_forbidden_key: "The key `__proto__` stands in the record; no gateway writes it. Look at who did.",
  record_too_large:
    "The record, or the number of elements in one message, is over the limit. Turn off the logging of bodies, or send smaller batches.",
  not_otlp:
    "The message is no OTLP message of the signal and encoding that were due: cut off, of another signal (spans where logs were due), protobuf where JSON was due, or no OTLP at all. Check the source's `encoding`, or which door the exporter sends to.",
  not_a_record:
    "The value is JSON, but a bare number, string, boolean, null or list where an object was due. An empty array counts as one, so that it has an outcome too.",
  unknown_source:
    "No source setting claims the topic or the name in the header. Add the source, then replay the rejects.",
  unknown_event_type: "The event's `type` is none of ours. Check which topic or door it was sent to.",
  unsupported_version:
    "The version of CloudEvents or of our event type is newer or older than this program knows. Upgrade it, or send the version that it knows.",
  bad_shape:
    "A field is missing, unknown or of the wrong type; the detail names it. Unknown fields are refused in canonical events, because a mistyped meter would lose money in silence.",
  bad_identity:
    "The id or the source of the event is missing, empty, longer than 512 characters or no text. Without an identity a repeat could not be told from a new call.",
  bad_number:
    "A count is negative, fractional, text or larger than 2^53 - 1, or an amount is no plain decimal text. Nothing is rounded.",
  bad_currency: "The currency is not three capital letters (ISO 4217).",
  bad_time:
    "A time is missing or cannot be read: a day that does not exist, a date alone, or outside 2001-09-09 to 2106-02-07. Accepted forms are listed in docs/events.md.",
  meters_contradict:
    "Parts are larger than their whole: more cached tokens than input, more thinking than output. Usually the source's setting `input_includes_cache` is wrong for the gateway's version; correct it and replay.",
  usage_unreadable:
    "The usage is a sentence or of a shape that the adapter does not know. Old Kong versions write text there; upgrade, or report the record's shape.",
  principal_mismatch:
    "The record claims another source than the credential it came with may write as. Give the key that source, or mend the emitter.",
};
