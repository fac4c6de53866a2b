import { ALERT_FAILURES } from "#core/failures-alerts.ts";
import { BACKUP_FAILURES } from "#core/failures-backup.ts";
import { CLI_FAILURES } from "#core/failures-cli.ts";
import { COLLECTOR_FAILURES } from "#core/failures-collector.ts";
import { EXPORT_FAILURES } from "#core/failures-export.ts";
import { IMPORT_FAILURES } from "#core/failures-import.ts";
import { INGEST_FAILURES } from "#core/failures-ingest.ts";
import { PERIOD_FAILURES } from "#core/failures-periods.ts";
import { RUNTIME_FAILURES } from "#core/failures-runtime.ts";

/**
 * The one registry of errors. Each has a code people can search for, an HTTP status for those that reach a
 * caller, and a sentence that says what happened and what to do; `docs/errors.md` is generated from it.
 * `{name}` in a message is filled from the parameters.
 */
export const FAILURES = {
  CONFIG_INVALID: { status: 500, message: "The configuration has faults:\n{faults}" },
  ...ALERT_FAILURES,
  ...BACKUP_FAILURES,
  ...CLI_FAILURES,
  ...EXPORT_FAILURES,
  ...IMPORT_FAILURES,
  ...PERIOD_FAILURES,
  ...RUNTIME_FAILURES,
  PORT_BUSY: {
    status: 500,
    message:
      "Port {port} on {host}, wanted for {what}, is in use by another program. End that program, give another port, or give 0 for any free one. A Kafka or ClickHouse that runs already is named by KAFKA_BROKERS or CLICKHOUSE_URL.",
  },
  LISTEN_REFUSED: {
    status: 500,
    message:
      "On port {port} of {host}, wanted for {what}, nothing can listen ({reason}). Give an address of this machine and a port that this user may open (above 1023), or give 0 for any free one.",
  },
  DATA_DIR_IN_USE: {
    status: 500,
    message:
      "{what} already runs on the folder {dir} (process {pid}). Use that one, stop it, or give another folder by SPENDTRAIL_DATA_DIR.",
  },
  DATA_DIR_UNWRITABLE: {
    status: 500,
    message:
      "The folder {dir} cannot be written to ({reason}). Give another one by SPENDTRAIL_DATA_DIR, or set KAFKA_BROKERS and CLICKHOUSE_URL to servers of your own.",
  },
  JAVA_MISSING: {
    status: 500,
    message:
      "Embedded Kafka needs Java {needed} or newer, and no working `java` was found. Install a JDK, or run `docker compose -f deploy/compose.yaml up -d`, or set KAFKA_BROKERS to a Kafka of your own.",
  },
  JAVA_TOO_OLD: {
    status: 500,
    message:
      "Embedded Kafka needs Java {needed} or newer, and `java` is version {found}. Install a newer JDK (or point JAVA_HOME at one), or run `docker compose -f deploy/compose.yaml up -d`, or set KAFKA_BROKERS to a Kafka of your own.",
  },
  MAVEN_MISSING: {
    status: 500,
    message:
      "Embedded Kafka is fetched once with Maven, and no working `mvn` was found. Install Maven, or run `docker compose -f deploy/compose.yaml up -d`, or set KAFKA_BROKERS to a Kafka of your own.",
  },
  MAVEN_FAILED: {
    status: 500,
    message:
      "Maven could not fetch Apache Kafka ({reason}). Check the network and Maven's settings and start again, or run `docker compose -f deploy/compose.yaml up -d`, or set KAFKA_BROKERS to a Kafka of your own.",
  },
  PLATFORM_UNSUPPORTED: {
    status: 500,
    message:
      "Embedded ClickHouse has no library for {platform}: it is there for Linux with glibc and for macOS, x64 and arm64, and comes with `npm ci` unless optional packages were left out. Run `docker compose -f deploy/compose.yaml up -d`, or set CLICKHOUSE_URL to a ClickHouse of your own.",
  },
  SERVER_DID_NOT_START: {
    status: 500,
    message:
      "{what} did not start ({reason}). Its log is {logFile}. Mend what it names, or give another folder by SPENDTRAIL_DATA_DIR, or run `docker compose -f deploy/compose.yaml up -d`, or set KAFKA_BROKERS or CLICKHOUSE_URL to servers of your own.",
  },
  SERVER_ENDED: {
    status: 500,
    message:
      "{what} ended by itself ({how}). Its log is {logFile}. Start again: what was acknowledged is there, and is taken up where it stopped.",
  },
  REQUEST_INVALID: { status: 400, message: "The request has faults: {faults}." },
  CURSOR_INVALID: {
    status: 400,
    message: "The cursor is not one of this list. Ask for the first page again, without a cursor.",
  },
  API_KEY_MISSING: {
    status: 401,
    message:
      "No API key was sent. Send it as `Authorization: Bearer st_...`; an admin makes one with `spendtrail keys create`.",
  },
  API_KEY_INVALID: {
    status: 401,
    message: "The API key is not valid: it may be mistyped, revoked or expired. Ask an admin for another.",
  },
  ROLE_FORBIDDEN: { status: 403, message: "A key with the role {role} may not do this; it takes {wanted}." },
  NOT_FOUND: { status: 404, message: "There is no such thing here, or the key does not see it." },
  SETTING_CONFLICT: {
    status: 409,
    message:
      "The setting was changed by someone else: it is at version {version} now. Read it again and repeat the change from there.",
  },
  BODY_TOO_LARGE: { status: 413, message: "The body is larger than {bytesMax} bytes." },
  URL_TOO_LONG: {
    status: 414,
    message: "The address is longer than {lengthMax} characters. Filter by fewer values.",
  },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    message: "The body must be plain JSON, sent as `Content-Type: application/json` and not compressed.",
  },
  SETTING_INVALID: { status: 422, message: "The setting was refused: {detail}." },
  QUERY_TOO_WIDE: {
    status: 422,
    message: "The answer has more than {rowsMax} rows. {narrow}",
  },
  QUERIES_TOO_MANY: {
    status: 429,
    message: "This key has {queriesMax} queries running already. Wait for one to end.",
  },
  INTERNAL: {
    status: 500,
    message:
      "Something failed that should not. The operator finds the cause in the log under request {requestId}.",
  },
  ACT_NOT_RECORDED: {
    status: 503,
    message:
      "Exports and reads of the audit trail are recorded before they are answered, and the log of acts cannot be written now. Check that Kafka is reachable, then ask again.",
  },
  KAFKA_UNREACHABLE: {
    status: 503,
    message:
      "Kafka at {brokers} cannot be reached ({reason}). Check that it runs and that KAFKA_BROKERS and the KAFKA_SASL_* and KAFKA_TLS* settings are right.",
  },
  KAFKA_LOGIN_REFUSED: {
    status: 503,
    message:
      "Kafka at {brokers} refused the login. Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD (or the KAFKA_OAUTH_* settings).",
  },
  KAFKA_NOT_ALLOWED: {
    status: 503,
    message:
      "Kafka at {brokers} does not allow this user what it needs ({reason}). Give it the ACLs with kafka-acls.sh.",
  },
  KAFKA_NOT_ACKNOWLEDGED: {
    status: 503,
    message:
      "Kafka did not acknowledge records for {topic} ({reason}). Nothing was confirmed; send them again.",
  },
  KAFKA_RECORD_TOO_LARGE: {
    status: 413,
    message:
      "A record for {topic} is larger than the broker takes. Raise max.message.bytes of the topic, or lower what the gateway puts into a record.",
  },
  KAFKA_TOPIC_MISSING: {
    status: 503,
    message: "Kafka at {brokers} has no topic {topic}. `spendtrail check` says how to make it.",
  },
  KAFKA_BATCH_UNREADABLE: {
    status: 500,
    message:
      "Topic {topic}, partition {partition}, holds a batch at offset {offset} that does not decompress or whose checksum is wrong. Nothing behind it is read, because all of that topic is needed; restore it from a replica or a back-up.",
  },
  TOPIC_WRONG: {
    status: 500,
    message: "Kafka topics of ours are not as they must be:\n{faults}",
  },
  ...COLLECTOR_FAILURES,
  ...INGEST_FAILURES,
  KAFKA_FENCED: {
    status: 503,
    message:
      "The consumer group gave partition {topic}/{partition} to another member; its unfinished work is repeated there.",
  },
} as const satisfies Record<string, { status: number; message: string }>;

export type FailureCode = keyof typeof FAILURES;
export type FailureParams = Readonly<Record<string, string | number | bigint>>;

/** An error of ours: `code` is stable, `message` is for people, `status` is what HTTP answers with. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly status: number;
  readonly params: FailureParams;

  constructor(code: FailureCode, params: FailureParams, cause?: unknown) {
    super(fill(FAILURES[code].message, params), cause === undefined ? {} : { cause });
    this.code = code;
    this.status = FAILURES[code].status;
    this.params = params;
  }
}

/** Makes the coded error to throw: `throw failure("BROKER_UNREACHABLE", { brokers })`. */
export function failure(code: FailureCode, params: FailureParams = {}, cause?: unknown): Failure {
  return new Failure(code, params, cause);
}

function fill(message: string, params: FailureParams): string {
  return message.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
