import { ClickHouseError } from "@clickhouse/client";
import { z } from "zod";
import { Failure, type FailureCode, failure } from "#core/failure.ts";

/** What was being done, for the sentence: whose query, where. */
export interface Attempt {
  readonly query: string;
  readonly url: string;
  readonly user: string;
  /** Whether the statement changes data, so that a lost answer leaves its outcome unknown. */
  readonly writes: boolean;
}

/**
 * Codes of ClickHouse (src/Common/ErrorCodes.cpp), by what can be done about them; never by the message's text.
 * A code that is not here refuses for good.
 */
const MEANING: Readonly<Record<string, FailureCode>> = {
  "158": "CLICKHOUSE_LIMIT_EXCEEDED", // TOO_MANY_ROWS to read
  "159": "CLICKHOUSE_TIMEOUT", // TIMEOUT_EXCEEDED
  "160": "CLICKHOUSE_TIMEOUT", // TOO_SLOW
  "162": "CLICKHOUSE_LIMIT_EXCEEDED", // TOO_DEEP_SUBQUERIES
  "191": "CLICKHOUSE_LIMIT_EXCEEDED", // SET_SIZE_LIMIT_EXCEEDED
  "202": "CLICKHOUSE_BUSY", // TOO_MANY_SIMULTANEOUS_QUERIES
  "203": "CLICKHOUSE_BUSY", // NO_FREE_CONNECTION
  "209": "CLICKHOUSE_OUTCOME_UNKNOWN", // SOCKET_TIMEOUT inside a cluster
  "210": "CLICKHOUSE_OUTCOME_UNKNOWN", // NETWORK_ERROR inside a cluster
  "225": "CLICKHOUSE_BUSY", // NO_ZOOKEEPER
  "236": "CLICKHOUSE_OUTCOME_UNKNOWN", // ABORTED, as on a server's shutdown
  "241": "CLICKHOUSE_BUSY", // MEMORY_LIMIT_EXCEEDED
  "242": "CLICKHOUSE_BUSY", // TABLE_IS_READ_ONLY, while a replica has lost its keeper
  "243": "CLICKHOUSE_BUSY", // NOT_ENOUGH_SPACE: until somebody makes room
  "252": "CLICKHOUSE_BUSY", // TOO_MANY_PARTS: back off, never split the batch
  "285": "CLICKHOUSE_BUSY", // TOO_FEW_LIVE_REPLICAS
  "307": "CLICKHOUSE_LIMIT_EXCEEDED", // TOO_MANY_BYTES
  "319": "CLICKHOUSE_OUTCOME_UNKNOWN", // UNKNOWN_STATUS_OF_INSERT
  "394": "CLICKHOUSE_CANCELLED", // QUERY_WAS_CANCELLED
  "396": "CLICKHOUSE_LIMIT_EXCEEDED", // TOO_MANY_ROWS_OR_BYTES in the result
  "425": "CLICKHOUSE_OUTCOME_UNKNOWN", // SYSTEM_ERROR
  "439": "CLICKHOUSE_BUSY", // CANNOT_SCHEDULE_TASK
  "473": "CLICKHOUSE_BUSY", // DEADLOCK_AVOIDED
  "492": "CLICKHOUSE_LOGIN_REFUSED", // ACCESS_ENTITY_NOT_FOUND
  "497": "CLICKHOUSE_ACCESS_REFUSED", // ACCESS_DENIED
  "516": "CLICKHOUSE_LOGIN_REFUSED", // AUTHENTICATION_FAILED
  "745": "CLICKHOUSE_BUSY", // SERVER_OVERLOADED
  "999": "CLICKHOUSE_OUTCOME_UNKNOWN", // KEEPER_EXCEPTION
};

/** Failures after which the same request may be sent again (an insert only under the same token). */
const RETRIABLE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "CLICKHOUSE_UNREACHABLE",
  "CLICKHOUSE_BUSY",
  "CLICKHOUSE_TIMEOUT",
  "CLICKHOUSE_OUTCOME_UNKNOWN",
]);

/** Whether trying the same again can help. A login refused is not: passwords do not mend themselves. */
export function isRetriable(error: unknown): boolean {
  return error instanceof Failure && RETRIABLE.has(error.code);
}

/** Whether the rows may or may not be there: a timeout and a lost connection of an insert are of this kind. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof Failure && error.code === "CLICKHOUSE_OUTCOME_UNKNOWN";
}

/** Before a byte of the request can have arrived: nothing was done. */
const NEVER_ARRIVED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** The failure for whatever the client threw; the reason is cut short and holds no bound value or row. */
export function clickHouseFailure(error: unknown, attempt: Attempt): Error {
  const { query, url, user, writes } = attempt;
  if (error instanceof Failure) return error;
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return failure("CLICKHOUSE_ROW_UNEXPECTED", {
      query,
      reason: `${issue?.path.join(".")}: ${issue?.message}`,
    });
  }
  if (error instanceof ClickHouseError) {
    const code = codeOf(error, writes);
    return failure(code, { query, url, user, code: error.code, reason: shortReason(error) }, error);
  }
  const lost = lostConnection(error);
  // Neither the server nor the network: a fault of ours, which no repeating mends.
  if (lost === null) return error instanceof Error ? error : new Error(String(error));
  if (writes && !NEVER_ARRIVED.has(lost))
    return failure("CLICKHOUSE_OUTCOME_UNKNOWN", { query, reason: lost }, error);
  if (lost === "no answer in time")
    return failure("CLICKHOUSE_TIMEOUT", { query, code: "none", reason: lost }, error);
  return failure("CLICKHOUSE_UNREACHABLE", { query, url, reason: lost }, error);
}

function codeOf(error: ClickHouseError, writes: boolean): FailureCode {
  const code = MEANING[error.code] ?? "CLICKHOUSE_REFUSED";
  // An insert that was cut off by time may have written some of its blocks.
  return writes && (code === "CLICKHOUSE_TIMEOUT" || code === "CLICKHOUSE_CANCELLED")
    ? "CLICKHOUSE_OUTCOME_UNKNOWN"
    : code;
}

/** The first line, without what the server quotes of a row or a statement: it may be logged. */
function shortReason(error: ClickHouseError): string {
  const first = error.message.split(/\n|: \(at row| before: |: ?\(?while /i)[0] ?? "";
  return `${error.type ?? "unnamed"}: ${first.slice(0, 300)}`;
}

/** How the connection was lost: Node's code for it, or that time was up; null for any other error. */
function lostConnection(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === "string" && NETWORK_CODE.test(code)) return code;
    if (at.name === "TimeoutError" || CLIENT_TIMEOUTS.has(at.message)) return "no answer in time";
    if (at.name === "AbortError") return "given up";
  }
  return null;
}

/** Node's socket, name and TLS codes; `ERR_*` of Node itself are faults of ours, but for a stream cut short. */
const NETWORK_CODE =
  /^(E[A-Z]+|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_.*|CERT_.*|UNABLE_TO_.*|.*SELF_SIGNED.*|ERR_TLS_.*|ERR_SSL_.*)$/;
/** The client gives these two a message and no code (client-node, socket_pool). */
const CLIENT_TIMEOUTS = new Set(["Timeout error.", "The user aborted a request."]);
