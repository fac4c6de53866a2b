/** What can go wrong with `spendtrail backup` and `spendtrail restore`. A part of the registry in `failure.ts`. */
export const BACKUP_FAILURES = {
  BACKUP_NOT_FOUND: {
    status: 400,
    message:
      "There is no back-up at {place}: it has no manifest. Name the folder or prefix that `spendtrail backup --to` wrote to.",
  },
  BACKUP_CHAIN_BROKEN: {
    status: 409,
    message:
      "The chain of the back-up at {place} is broken at {file}: {reason}. Nothing was written. Get that file back from another copy of the back-up.",
  },
  BACKUP_FILE_MISSING: {
    status: 409,
    message:
      "The back-up at {place} lacks {file}, which its manifest names. Nothing was written. Get that file back from another copy of the back-up.",
  },
  BACKUP_FILE_DAMAGED: {
    status: 409,
    message:
      "{file} of the back-up at {place} is not what was written ({reason}). Nothing was written. Get that file back from another copy of the back-up.",
  },
  BACKUP_ROWS_MISSING: {
    status: 500,
    message:
      "The hour {hour} cannot be closed: its batches speak of {wanted} {what}, and {found} are there. Look at it with `spendtrail check`; nothing was written for that hour.",
  },
  BACKUP_TOPIC_GAP: {
    status: 500,
    message:
      "Topic {topic} has no message at offset {wanted}, the next one is {found}: a back-up of it could not be restored at the same offsets. It must be kept for ever and written by no transaction.",
  },
  BACKUP_TAKEN_OVER: {
    status: 409,
    message:
      "Another back-up to {place} wrote {file} in the meantime. Run it again; nothing was overwritten.",
  },
  BACKUP_PLACE_REFUSED: { status: 500, message: "{place} cannot be used for a back-up ({reason})." },
  RESTORE_TARGET_NOT_EMPTY: {
    status: 409,
    message:
      "{what} is not empty, and a restore goes into an empty ClickHouse database and an empty Kafka. Nothing was written. Give another database (CLICKHOUSE_DATABASE) or other topics (SPENDTRAIL_TOPIC_*), or empty ones.",
  },
  RESTORE_TOPIC_DIFFERS: {
    status: 409,
    message:
      "Topic {topic} has at offset {offset} another message than the back-up. It was written to while it was restored: delete it and run the restore again.",
  },
  RESTORE_DIFFERS: {
    status: 500,
    message: "What was restored is not what was backed up:\n{faults}",
  },
} as const;
