/** What can go wrong with `spendtrail import`. A part of the registry in `failure.ts`. */
export const IMPORT_FAILURES = {
  IMPORT_SOURCE_UNKNOWN: {
    status: 400,
    message:
      "There is no source {source}; there are: {sources}. Add it with `spendtrail sources import FILE --apply` (docs/settings.md).",
  },
  IMPORT_SOURCE_UNFIT: { status: 400, message: "Source {source} cannot take this import: {reason}." },
  IMPORT_NOTHING_FOUND: { status: 400, message: "{what} names nothing that could be imported." },
  IMPORT_NOT_UNDERSTOOD: {
    status: 400,
    message:
      "None of the first {records} records is understood as one of gateway {gateway}; the first: {reason} ({detail}). {hint} Nothing was sent; `--keep-rejects` sends them all the same.",
  },
  IMPORT_OVERLAPS: {
    status: 409,
    message:
      "{calls} calls would be counted twice: {detail}. What comes next in {input} was not sent. {advice} `--allow-overlap` imports it all the same.",
  },
  IMPORT_OVERLAP_UNCHECKED: {
    status: 400,
    message:
      "Whether live traffic has these calls already cannot be checked: {reason}. Set CLICKHOUSE_URL and CLICKHOUSE_API_ALL_PASSWORD, or import with --allow-overlap.",
  },
  IMPORT_S3_REFUSED: { status: 502, message: "S3 refused {what} ({reason}). {advice}" },
  IMPORT_POSTGRES_REFUSED: { status: 502, message: "PostgreSQL at {server} refused ({reason}). {advice}" },
} as const;
