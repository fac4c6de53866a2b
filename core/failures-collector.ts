/** What the collector answers with besides the codes that it shares with the query API; part of `FAILURES`. */
export const COLLECTOR_FAILURES = {
  BODY_EMPTY: {
    status: 400,
    message: "The body is empty. Send one record, an array of them, or one a line.",
  },
  BODY_UNREADABLE: {
    status: 400,
    message: "The body cannot be taken apart into records: {reason}. Nothing of it was taken.",
  },
  SOURCE_UNCLEAR: {
    status: 400,
    message:
      "This key may write as several sources of gateway {gateway} ({sources}). Name one by the header `spendtrail-source` or by `?source=`.",
  },
  SOURCE_NOT_ALLOWED: {
    status: 403,
    message:
      "The key may not write as {source} here ({reason}). Ask an admin for a key of a source of gateway {gateway}, or post to that source's own address.",
  },
  GATEWAY_UNKNOWN: { status: 404, message: "There is no gateway of that name. Known are: {gateways}." },
  METHOD_NOT_ALLOWED: { status: 405, message: "This address takes {allowed} only." },
  REQUEST_TOO_SLOW: { status: 408, message: "The request did not arrive in time. Send it again." },
  BODY_INFLATES_TOO_LARGE: {
    status: 413,
    message: "The body is larger than {bytesMax} bytes once it is inflated. Send fewer records at a time.",
  },
  BODY_ELEMENTS_TOO_MANY: { status: 413, message: "The body {reason}. Send fewer records at a time." },
  BODY_TYPE_UNSUPPORTED: {
    status: 415,
    message: "The body must be sent as one of {types}, in UTF-8.",
  },
  BODY_ENCODING_UNSUPPORTED: {
    status: 415,
    message: "The body must be sent as it is or with one Content-Encoding of {encodings}.",
  },
  HEADERS_TOO_LARGE: { status: 431, message: "The request's headers are larger than this server takes." },
  COLLECTOR_BUSY: {
    status: 503,
    message: "The collector holds as many unconfirmed bytes as it may. Nothing was taken; send it again.",
  },
  SPOOL_FULL: {
    status: 503,
    message:
      "Kafka is away and the spool on the collector's disk is full ({bytesMax} bytes are the most, or the disk is). None of the records was taken; send them again.",
  },
  SPOOL_FOLDER_TAKEN: {
    status: 500,
    message:
      "Another collector (process {pid}) spools to {dir}. Give each its own folder by SPENDTRAIL_SPOOL_DIR, or stop that one.",
  },
  SPOOL_FOLDER_UNUSABLE: {
    status: 500,
    message:
      "The collector cannot spool to {dir} ({reason}). Give another folder by SPENDTRAIL_SPOOL_DIR, or turn the spool off with SPENDTRAIL_SPOOL_BYTES_MAX=0.",
  },
  RECORDS_NOT_CONFIRMED: {
    status: 503,
    message: "Kafka did not confirm the records, so none of them counts as taken. Send them again.",
  },
} as const satisfies Record<string, { status: number; message: string }>;
