import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { answerBrokenRequests } from "#collector/broken-requests.ts";
import { observeRequests } from "#collector/observe.ts";
import type { CollectorParts } from "#collector/parts.ts";
import { answerErrors, problemOf } from "#collector/problem.ts";
import { eventsRoute } from "#collector/routes/events.ts";
import { gatewayRecordsRoute } from "#collector/routes/gateway-records.ts";
import { healthRoutes } from "#collector/routes/health.ts";
import { otlpRoutes } from "#collector/routes/otlp.ts";

/** A body of 16 MiB at 280 KB/s; a sender that is slower than that holds a connection for nothing. */
const REQUEST_MS_MAX = 60_000;
const HEADERS_MS_MAX = 10_000;
const HEADERS_BYTES_MAX = 16 * 1024;
/** Above what load balancers keep idle connections for (60 s), so that it is never we who close first. */
const KEEP_ALIVE_MS = 65_000;
const CHECK_EVERY_MS = 1_000;

/** The collector's doors, ready to be listened on or injected into. No CORS: no browser has business here. */
export function buildCollector(parts: CollectorParts): FastifyInstance {
  const { deps, config, measures, budget } = parts;
  const requestMs = config.requestMs ?? REQUEST_MS_MAX;
  const app: FastifyInstance = Fastify({
    logger: false,
    genReqId: () => deps.randomUuid(),
    requestTimeout: requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: Math.min(HEADERS_MS_MAX, requestMs),
      maxHeaderSize: HEADERS_BYTES_MAX,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    forceCloseConnections: "idle",
    clientErrorHandler: answerBrokenRequests,
    frameworkErrors: (error, request, reply) => {
      const problem = problemOf(error, request.id);
      const untyped: FastifyReply = reply as never;
      void untyped.status(problem.status).type("application/problem+json").send(JSON.stringify(problem));
    },
  });
  // Bodies are read by the routes, after the key was judged, and never by the framework's parsers.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  answerErrors(app, deps.log);
  observeRequests(app, parts);
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
  });
  app.addHook("onResponse", async () => measures.heldBytes.set(budget.held()));
  for (const routes of [eventsRoute, gatewayRecordsRoute, otlpRoutes, healthRoutes]) routes(app, parts);
  return app;
}
