/** What the rim says: configuration, ClickHouse, migrations and settings. A part of the registry in `failure.ts`. */
export const RUNTIME_FAILURES = {
  KAFKA_TOKEN_REFUSED: {
    status: 503,
    message:
      "The token service at {host} gave no token ({reason}). Check KAFKA_OAUTH_TOKEN_URL, KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET.",
  },
  SECRETS_UNREADABLE: {
    status: 500,
    message:
      "The secrets of the embedded servers in {path} cannot be read ({reason}). Restore the file from a back-up; without it the data beside it cannot be opened as its users. To begin anew, remove the data folder.",
  },
  CLICKHOUSE_UNREACHABLE: {
    status: 503,
    message:
      "ClickHouse at {url} cannot be reached ({reason}) for {query}. Check that it runs and that CLICKHOUSE_URL is right.",
  },
  CLICKHOUSE_LOGIN_REFUSED: {
    status: 503,
    message:
      "ClickHouse at {url} refused the user {user} (code {code}) for {query}. Check the CLICKHOUSE_*_USER and _PASSWORD settings, and that `spendtrail migrate --print-grants` was run there.",
  },
  CLICKHOUSE_ACCESS_REFUSED: {
    status: 500,
    message:
      "ClickHouse user {user} may not do {query} (code {code}: {reason}). Run what `spendtrail migrate --print-grants` prints.",
  },
  CLICKHOUSE_BUSY: {
    status: 503,
    message:
      "ClickHouse cannot take {query} now (code {code}: {reason}). It is tried again; if this lasts, give it more memory or fewer, larger batches.",
  },
  CLICKHOUSE_TIMEOUT: {
    status: 504,
    message:
      "ClickHouse did not finish {query} in time (code {code}: {reason}). Ask for a shorter range, or raise the limit.",
  },
  CLICKHOUSE_LIMIT_EXCEEDED: {
    status: 422,
    message:
      "{query} would read or give more than is allowed (code {code}: {reason}). Ask for a shorter range or fewer groups.",
  },
  CLICKHOUSE_OUTCOME_UNKNOWN: {
    status: 503,
    message:
      "It is not known whether ClickHouse took {query} ({reason}). Send the same rows again under the same token; nothing is doubled by that.",
  },
  CLICKHOUSE_REFUSED: {
    status: 500,
    message:
      "ClickHouse refused {query} (code {code}: {reason}). Repeating it does not help; see the server's log.",
  },
  CLICKHOUSE_CANCELLED: {
    status: 499,
    message: "{query} was cancelled because nobody waits for it any more.",
  },
  CLICKHOUSE_ROW_UNEXPECTED: {
    status: 500,
    message:
      "ClickHouse answered {query} with a row of another shape than the program knows ({reason}). Run `spendtrail migrate`; the program and the tables may be of different versions.",
  },
  CLICKHOUSE_INSERT_SETTINGS: {
    status: 500,
    message:
      "ClickHouse user {user} inserts with {found}, but exactly-once needs {wanted}. Remove the constraint from that user's settings profile.",
  },
  MIGRATIONS_MISNUMBERED: {
    status: 500,
    message:
      "The migrations in {dir} are misnumbered: {reason}. Each file is NNNN_name.sql, and a new one takes the highest number plus one.",
  },
  MIGRATION_CHANGED: {
    status: 500,
    message:
      "Migration {file} was applied with other contents (sha-256 {applied}, now {found}). An applied file never changes: restore it, and put the change into a new file.",
  },
  MIGRATION_UNKNOWN: {
    status: 500,
    message:
      "The database {database} has migration {file}, which this version does not know: it was made by a newer one. Install that version or a later one.",
  },
  CLICKHOUSE_USERS_REFUSED: {
    status: 500,
    message:
      "ClickHouse did not let {user} make our users ({reason}). Give that user access management (docs/deploy.md), or have the server's administrator run what `spendtrail migrate --print-grants` prints.",
  },
  MIGRATION_FAILED: {
    status: 500,
    message:
      "Migration {file}, statement {statement}, failed: {reason}\n{sql}\nMend the cause and run `spendtrail migrate` again: what was done already is not done twice.",
  },
  SETTINGS_NOT_FOLLOWED: {
    status: 503,
    message:
      "The settings topic {topic} was not followed up to offset {offset} in time. Check that Kafka is reachable, then ask again: a change that was sent still counts.",
  },
  SETTINGS_TRUNCATED: {
    status: 500,
    message:
      "The settings topic {topic} begins at offset {offset}: its first changes are gone, so the settings cannot be known. Set retention.ms=-1 and retention.bytes=-1 on it, then restore the changes from the table settings_changes_v1.",
  },
} as const;
