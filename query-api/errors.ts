import type { FastifyReply, FastifyRequest } from "fastify";
import { failure } from "#core/failure.ts";
import type { App } from "#query-api/app-type.ts";
import type { ApiDeps } from "#query-api/deps.ts";
import { problemOf } from "#query-api/problem.ts";

/** Answers every error as a problem document. */
export function answerErrors(app: App, deps: Pick<ApiDeps, "log">): void {
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, deps));
  app.setNotFoundHandler((request, reply) => answerProblem(failure("NOT_FOUND"), request, reply, deps));
}

/** The problem document for one error; what is our fault goes to the log with the request's id. */
export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: Pick<ApiDeps, "log">,
): FastifyReply {
  const problem = problemOf(error, request);
  if (problem.status >= 500) deps.log.error({ err: error, requestId: request.id }, "request failed");
  if (problem.status === 401) reply.header("www-authenticate", "Bearer");
  if (problem.status === 429 || problem.status === 503) reply.header("retry-after", "1");
  reply.removeHeader("content-disposition");
  // Serialised here: a route's schema that does not know the status must not get in the way.
  return reply
    .status(problem.status)
    .type("application/problem+json")
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}
