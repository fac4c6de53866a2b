import { createServer } from "node:net";
import { failure } from "#core/failure.ts";

/** A port on loopback that is free now: the given one, or any when it is 0. @throws failure PORT_BUSY */
export async function freePort(wanted: number, what: string): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(wanted, "127.0.0.1", resolve);
  try {
    await promise;
  } catch (error) {
    throw failure("PORT_BUSY", { host: "127.0.0.1", port: wanted, what }, error);
  }
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("a TCP server has a numeric port");
  return address.port;
}
