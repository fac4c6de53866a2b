import type { AddressInfo } from "node:net";
import { buildApi } from "#query-api/app.ts";
import type { ApiDeps } from "#query-api/deps.ts";

export interface RunningApi {
  /** `http://127.0.0.1:8787`, with the port that was really taken. */
  readonly url: string;
  /** Stops taking requests and resolves when those under way are answered. */
  close(): Promise<void>;
}

/** Builds the API and listens. Port 0 is any free one. */
export async function startApi(
  deps: ApiDeps,
  config: { readonly host: string; readonly port: number },
): Promise<RunningApi> {
  const app = await buildApi(deps);
  await app.listen({ host: config.host, port: config.port });
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  deps.log.info({ host: config.host, port }, "the query API listens");
  return { url: `http://${host}:${port}`, close: () => app.close() };
}
