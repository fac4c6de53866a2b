import { z } from "zod";
import { PUBLIC } from "#query-api/access.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";

const Health = z.object({ status: z.enum(["ok", "unavailable"]) });

/** Whether the process answers, whether it can answer with data, and its figures. Nothing of hosts or versions. */
export function healthRoutes(app: App, deps: RouteDeps): void {
  const route = { method: "GET", config: { access: PUBLIC } } as const;
  app.route({
    ...route,
    url: "/health/live",
    schema: {
      operationId: "live",
      tags: ["health"],
      summary: "The process runs",
      security: [],
      response: { 200: Health },
    },
    handler: () => ({ status: "ok" as const }),
  });
  app.route({
    ...route,
    url: "/health/ready",
    schema: {
      operationId: "ready",
      tags: ["health"],
      summary: "The store answers both users, and how budgets stand is followed",
      security: [],
      response: { 200: Health, 503: Health },
    },
    handler: async (_request, reply) => {
      const ping = { name: "ready", sql: "SELECT 1 AS one", row: z.object({ one: z.int() }) };
      if (deps.budgetsFollowed?.() === false) {
        deps.log.warn({}, "not ready: how budgets stand cannot be followed any more");
        return reply.status(503).send({ status: "unavailable" as const });
      }
      try {
        await Promise.all([deps.clickhouseTeam.query(ping), deps.clickhouseAll.query(ping)]);
        return { status: "ok" as const };
      } catch (error) {
        deps.log.warn({ err: error }, "not ready");
        return reply.status(503).send({ status: "unavailable" as const });
      }
    },
  });
  app.route({
    ...route,
    url: "/metrics",
    schema: { hide: true },
    handler: async (_request, reply) => {
      const { contentType, text } = await deps.metrics.render();
      return reply.type(contentType).send(text);
    },
  });
}
