import type { FastifyError, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { Failure, type FailureCode, failure } from "#core/failure.ts";
import type { Problem } from "#query-api/answer-types.ts";

/**
 * What a caller is told when the store fails: its own sentences name hosts, users and SQL, which are for the log.
 * A code that is not here is INTERNAL to a caller.
 */
const STORE_FAILURES: Partial<Record<FailureCode, { status: number; detail: string }>> = {
  CLICKHOUSE_UNREACHABLE: { status: 503, detail: "The store cannot be reached now. Ask again in a moment." },
  CLICKHOUSE_BUSY: { status: 503, detail: "The store is busy. Ask again in a moment, or for less." },
  CLICKHOUSE_TIMEOUT: {
    status: 504,
    detail: "The query took too long. Ask for a shorter range or fewer groups.",
  },
  CLICKHOUSE_CANCELLED: { status: 499, detail: "Nobody waits for the answer any more." },
  CLICKHOUSE_LIMIT_EXCEEDED: {
    status: 422,
    detail: "The query reads or gives more than is allowed. Ask for a shorter range or fewer groups.",
  },
  SETTINGS_NOT_FOLLOWED: {
    status: 503,
    detail: "The change was written, but its outcome is not known yet. Read the setting again in a moment.",
  },
};

/** Codes of ours whose sentence is written for callers. */
const FOR_CALLERS: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "REQUEST_INVALID",
  "CURSOR_INVALID",
  "API_KEY_MISSING",
  "API_KEY_INVALID",
  "ROLE_FORBIDDEN",
  "NOT_FOUND",
  "SETTING_CONFLICT",
  "BODY_TOO_LARGE",
  "URL_TOO_LONG",
  "CONTENT_TYPE_UNSUPPORTED",
  "SETTING_INVALID",
  "PROPOSAL_REFUSED",
  "PROPOSAL_MOVED",
  "APPROVER_IS_REQUESTER",
  "QUERY_TOO_WIDE",
  "QUERIES_TOO_MANY",
  "ACT_NOT_RECORDED",
  "EXPORT_CHANGED",
  "PERIOD_UNKNOWN",
  "PERIOD_NOT_READY",
  "DELIVERY_UNKNOWN",
  "DELIVERY_NOT_DEAD",
]);

/** Errors of the framework that are the caller's doing. */
const FRAMEWORK: Readonly<Record<string, () => Failure>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => failure("CONTENT_TYPE_UNSUPPORTED"),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => failure("REQUEST_INVALID", { faults: "the body is empty" }),
  FST_ERR_CTP_INVALID_JSON_BODY: () => failure("REQUEST_INVALID", { faults: "the body is no JSON" }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    failure("REQUEST_INVALID", { faults: "the body is not as long as Content-Length says" }),
  FST_ERR_BAD_URL: () => failure("REQUEST_INVALID", { faults: "the address is not validly encoded" }),
};

/** The problem document for whatever was thrown. Below 500 it says what to do; at 500 only the request's id. */
export function problemOf(error: unknown, request: FastifyRequest): Problem {
  const faults = faultsOf(error);
  const known =
    faults === null ? knownFailure(error) : failure("REQUEST_INVALID", { faults: sentence(faults) });
  const store = known && STORE_FAILURES[known.code];
  const told = known !== null && (store !== undefined || FOR_CALLERS.has(known.code));
  const shown = told ? known : failure("INTERNAL", { requestId: request.id });
  const status = store?.status ?? shown.status;
  return {
    type: `urn:spendtrail:problem:${shown.code.toLowerCase()}`,
    title: shown.code.toLowerCase().replaceAll("_", " "),
    status,
    code: shown.code,
    detail: store?.detail ?? shown.message,
    request_id: request.id,
    ...(faults === null ? {} : { faults }),
  };
}

type Faults = NonNullable<Problem["faults"]>;

function faultsOf(error: unknown): Faults | null {
  if (!hasZodFastifySchemaValidationErrors(error)) return null;
  const { validationContext } = error as FastifyError;
  const where = validationContext === "querystring" ? "query" : (validationContext ?? "request");
  return error.validation.map((fault) => ({
    path: `${where}${fault.instancePath === "/" ? "" : fault.instancePath}`,
    message: fault.message ?? "is not valid",
  }));
}

function sentence(faults: Faults): string {
  return faults.map((fault) => `${fault.path}: ${fault.message}`).join("; ");
}

function knownFailure(error: unknown): Failure | null {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return null;
  const { code, params } = error as { code?: unknown; params?: unknown } & Error;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return failure("BODY_TOO_LARGE", { bytesMax: BODY_BYTES_MAX });
  return typeof code === "string" && params === undefined ? (FRAMEWORK[code]?.() ?? null) : null;
}

/** The largest body that any route takes: a price row or a source, with much room. */
export const BODY_BYTES_MAX = 65_536;
