import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CollectorParts } from "#collector/parts.ts";

/** What a request brought, for the log. */
export interface Taken {
  readonly keyId: string;
  readonly source: string;
  readonly records: number;
}

declare module "fastify" {
  interface FastifyRequest {
    taken: Taken | null;
  }
  interface FastifyContextConfig {
    /** The door's name in figures, where the address does not say it. */
    door?: string;
  }
}

/** A line and a figure per request: the route's pattern and the key's id; never a body, a key or an address. */
export function observeRequests(app: FastifyInstance, { deps, measures }: CollectorParts): void {
  app.decorateRequest("taken", null);
  app.addHook("onResponse", async (request, reply) => {
    const door = doorOf(request, deps.adapters);
    const status = String(reply.statusCode);
    measures.requests.inc({ door, status });
    measures.seconds.observe({ door }, reply.elapsedTime / 1000);
    const route = request.is404 ? "none" : `${request.method} ${request.routeOptions.url}`;
    const line = {
      requestId: request.id,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    deps.log.info({ ...line, ...request.taken }, "answered");
  });
}

/** A strangers' path must not make a new label. */
function doorOf(request: FastifyRequest, adapters: ReadonlyMap<string, unknown>): string {
  const { door } = request.routeOptions.config;
  if (door !== undefined) return door;
  const gateway = (request.params as { gateway?: string } | null)?.gateway;
  return gateway !== undefined && adapters.has(gateway) ? gateway : "none";
}
