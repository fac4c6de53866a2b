import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "#runtime/metrics.ts";

export interface Health {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/health/live`, `/health/ready` and `/metrics` of a program that has no doors of its own. `notReady` gives the
 * reasons why it is not ready; none is ready.
 */
export async function startHealthServer(
  address: { readonly host: string; readonly port: number },
  metrics: Metrics,
  notReady: () => readonly string[],
): Promise<Health> {
  const server = createServer(async (request, response) => {
    if (request.url === "/health/live") return response.end('{"status":"live"}\n');
    if (request.url === "/metrics") {
      const { contentType, text } = await metrics.render();
      return response.setHeader("content-type", contentType).end(text);
    }
    const reasons = notReady();
    response.statusCode = request.url !== "/health/ready" ? 404 : reasons.length > 0 ? 503 : 200;
    return response.end(
      `${JSON.stringify({ status: reasons.length > 0 ? "not ready" : "ready", reasons })}\n`,
    );
  });
  await new Promise<void>((listening, refused) => {
    server.once("error", refused);
    server.listen(address.port, address.host, listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host}:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
