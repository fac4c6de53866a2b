import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ApiDeps } from "#query-api/deps.ts";
import type { QuerySlots } from "#query-api/query-slots.ts";
import type { TimeZones } from "#query-api/time-zones.ts";

/** Fastify with zod types. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes get: what the program handed in, and what the API made of it once. */
export interface RouteDeps extends ApiDeps {
  readonly zones: TimeZones;
  readonly slots: QuerySlots;
}
