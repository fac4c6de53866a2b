import type { App } from "#query-api/app-type.ts";
import type { ApiDeps } from "#query-api/deps.ts";

/** A line and a figure per request: the route's pattern, never its address, which holds names and cursors. */
export function observeRequests(app: App, deps: Pick<ApiDeps, "log" | "metrics">): void {
  const seconds = deps.metrics.histogram({
    name: "api_request_seconds",
    help: "Time to answer, by route and status.",
    labels: ["route", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 20],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.is404 ? "none" : `${request.method} ${request.routeOptions.url}`;
    seconds.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    const ms = Math.round(reply.elapsedTime);
    deps.log.info({ requestId: request.id, route, status: reply.statusCode, ms }, "answered");
  });
}
