import { randomUUID } from "node:crypto";
import Fastify from "fastify";
import { validatorCompiler } from "fastify-type-provider-zod";
import { failure } from "#core/failure.ts";
import { PUBLIC } from "#query-api/access.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { admit } from "#query-api/caller.ts";
import type { ApiDeps } from "#query-api/deps.ts";
import { answerErrors, answerProblem } from "#query-api/errors.ts";
import { serializerCompiler } from "#query-api/json.ts";
import { DOCS_PREFIX, serveOpenApi } from "#query-api/open-api.ts";
import { BODY_BYTES_MAX } from "#query-api/problem.ts";
import { createQuerySlots } from "#query-api/query-slots.ts";
import { parseQueryString } from "#query-api/query-string.ts";
import { observeRequests } from "#query-api/request-metrics.ts";
import { ROUTES } from "#query-api/routes.ts";
import { createTimeZones } from "#query-api/time-zones.ts";

const URL_LENGTH_MAX = 8192;
/** As the collector's: what dawdles is gone soon, and so cannot hold all connections. */
const REQUEST_MS_MAX = 60_000;
const HEADERS_MS_MAX = 10_000;
const CHECK_EVERY_MS = 1_000;
/** A session id of 512 characters, each percent-encoded as four bytes. */
const PARAMETER_LENGTH_MAX = 6144;

/**
 * The query API, ready to be listened on or injected into. Every route states its access; a route without one is
 * refused here. `requestMs` is how long a request may take to arrive.
 */
export async function buildApi(deps: ApiDeps, { requestMs = REQUEST_MS_MAX } = {}): Promise<App> {
  const app: App = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_BYTES_MAX,
    exposeHeadRoutes: false,
    requestTimeout: requestMs,
    connectionTimeout: 60_000,
    http: {
      headersTimeout: Math.min(HEADERS_MS_MAX, requestMs),
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX, querystringParser: parseQueryString },
    // What fails before a route is found, such as an address that is not validly encoded.
    frameworkErrors: (error, request, reply) => answerProblem(error, request, reply, deps),
  }).withTypeProvider();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  takeOnlyJson(app);
  answerErrors(app, deps);
  observeRequests(app, deps);
  app.addHook("onRoute", (route) => {
    // The page's plugin makes routes of its own, which hold no data.
    if (route.url.startsWith(`${DOCS_PREFIX}/`) || route.url === DOCS_PREFIX)
      route.config = { ...route.config, access: PUBLIC };
    if (route.config?.access === undefined) throw new Error(`${route.method} ${route.url} states no access`);
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (request.url.length > URL_LENGTH_MAX) throw failure("URL_TOO_LONG", { lengthMax: URL_LENGTH_MAX });
    if (!request.is404) await admit(request, request.routeOptions.config.access, deps);
  });
  await serveOpenApi(app);
  const routeDeps: RouteDeps = {
    ...deps,
    zones: createTimeZones(deps.clickhouseAll),
    slots: createQuerySlots(),
  };
  for (const route of ROUTES) route(app, routeDeps);
  await app.ready();
  return app;
}

const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** Exactly JSON, not compressed: whatever else is labelled or hidden in the label is 415. */
function takeOnlyJson(app: App): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const exact = /^application\/json(; ?charset=utf-8)?$/i.test(request.headers["content-type"] ?? "");
    if (!exact || request.headers["content-encoding"] !== undefined)
      return done(failure("CONTENT_TYPE_UNSUPPORTED"));
    return parse(request, body as string, done);
  });
}
