import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure, type FailureCode, failure } from "#core/failure.ts";
import type { Log } from "#runtime/log.ts";

/** A problem document (RFC 9457), of the same shape as the query API's. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
}

/** Codes whose sentence is written for callers; of any other failure a caller is told the request's id alone. */
const FOR_CALLERS: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "API_KEY_MISSING",
  "API_KEY_INVALID",
  "ROLE_FORBIDDEN",
  "NOT_FOUND",
  "REQUEST_INVALID",
  "BODY_TOO_LARGE",
  "BODY_EMPTY",
  "BODY_UNREADABLE",
  "SOURCE_UNCLEAR",
  "SOURCE_NOT_ALLOWED",
  "GATEWAY_UNKNOWN",
  "METHOD_NOT_ALLOWED",
  "REQUEST_TOO_SLOW",
  "BODY_INFLATES_TOO_LARGE",
  "BODY_ELEMENTS_TOO_MANY",
  "BODY_TYPE_UNSUPPORTED",
  "BODY_ENCODING_UNSUPPORTED",
  "COLLECTOR_BUSY",
  "RECORDS_NOT_CONFIRMED",
  "SPOOL_FULL",
]);

/** How long a sender should wait before it tries again. */
export const RETRY_AFTER_S = 1;

/** Answers every error as a problem document, and writes what is our fault to the log with the request's id. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error, request.id);
    if (problem.status >= 500) log.error({ err: error, requestId: request.id }, "request failed");
    return reply
      .headers(headersOfProblem(problem))
      .status(problem.status)
      .type("application/problem+json")
      .serializer((payload: unknown) => JSON.stringify(payload))
      .send(problem);
  };
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) => {
    const allowed = allowedAt(app, request.url);
    if (allowed === null) return answer(failure("NOT_FOUND"), request, reply);
    reply.header("allow", allowed);
    return answer(failure("METHOD_NOT_ALLOWED", { allowed }), request, reply);
  });
}

/** What a client's program goes by, beside the status. */
export function headersOfProblem(problem: Problem): Readonly<Record<string, string>> {
  return {
    ...(problem.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(problem.status === 503 ? { "retry-after": String(RETRY_AFTER_S) } : {}),
    ...(problem.code === "BODY_ENCODING_UNSUPPORTED" ? { "accept-encoding": "gzip, zstd" } : {}),
  };
}

export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof Failure && FOR_CALLERS.has(error.code) ? error : fromFramework(error);
  const shown = known ?? failure("INTERNAL", { requestId });
  return {
    type: `urn:spendtrail:problem:${shown.code.toLowerCase()}`,
    title: shown.code.toLowerCase().replaceAll("_", " "),
    status: shown.status,
    code: shown.code,
    detail: shown.message,
    request_id: requestId,
  };
}

function fromFramework(error: unknown): Failure | null {
  switch ((error as { code?: unknown } | null)?.code) {
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return failure("NOT_FOUND");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return failure("BODY_TYPE_UNSUPPORTED", { types: "application/json" });
    default:
      return null;
  }
}

/** The methods of an address that exists, as `Allow` wants them; null where there is none. */
function allowedAt(app: FastifyInstance, url: string): string | null {
  const path = url.split("?", 1)[0] ?? "";
  for (const [method, allowed] of [
    ["GET", "GET, HEAD"],
    ["POST", "POST"],
  ] as const) {
    if (app.findRoute({ method, url: path }) !== null) return allowed;
    if (method === "POST" && /^\/v1\/gateways\/[^/]+$/.test(path)) return allowed;
  }
  return null;
}
