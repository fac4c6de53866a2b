import type { FastifyInstance } from "fastify";
import { buildCollector } from "#collector/app.ts";
import type { CollectorConfig, CollectorDeps } from "#collector/deps.ts";
import { type GrpcDoor, startGrpc } from "#collector/grpc/start-grpc.ts";
import { makeParts } from "#collector/parts.ts";

/** More connections than any fleet of gateways keeps open, and few enough that none of them costs the process. */
const CONNECTIONS_MAX = 2_000;
const SWEEP_MS = 50;

export interface Collector {
  readonly url: string;
  /** Opens the door for OTLP over gRPC too, with the same limits; gives its address. It closes with the collector. */
  openGrpc(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Stops taking, lets what is under way end, closes. The producer and the settings are the caller's to close. */
  close(): Promise<void>;
}

/** Listens with the collector's doors. Resolves when the first request can come. */
export async function startCollector(deps: CollectorDeps, config: CollectorConfig): Promise<Collector> {
  const parts = makeParts(deps, config);
  const app = buildCollector(parts);
  let grpc: GrpcDoor | null = null;
  app.server.maxConnections = CONNECTIONS_MAX;
  const url = await app.listen({ host: config.host, port: config.port });
  deps.log.info({ url, topic: config.topic }, "collector listens");
  return {
    url,
    openGrpc: async (address) => {
      grpc = await startGrpc(parts, address);
      return grpc.url;
    },
    close: async () => void (await Promise.all([closeApp(app), grpc?.close()])),
  };
}

/** A connection that becomes idle only after closing began would be held open until its sender lets go of it. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
  }
}
