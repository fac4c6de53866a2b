import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Servers, startServers } from "#embedded/servers.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { testUsers } from "#test/support/test-users.ts";

declare module "vitest" {
  interface ProvidedContext {
    serversUrl: string;
  }
}

/**
 * One real Kafka and one real ClickHouse for a whole run, started when the first test file asks for them (so that
 * pure tests do not pay) and stopped at its end. Files keep apart by topic prefix and database name. The servers
 * are children of this process and end with it, also when the run is killed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = mkdtempSync(join(tmpdir(), "spendtrail-test-"));
  const folder = join(root, "servers");
  // Whatever a test makes in the system's folder for such things goes with the run.
  process.env["TMPDIR"] = root;
  // Hundreds of programs are started; each would compile the same 1,600 modules, which is half of its start.
  process.env["NODE_COMPILE_CACHE"] ??= join(root, "compiled");
  let starting: Promise<Servers> | null = null;
  const control = createServer((_request, response) => {
    starting ??= startServers({
      dataDir: folder,
      kafka: true,
      clickhouse: true,
      usersXml: clickHouseUsersXml(testUsers(), "spendtrail"),
      onProgress: (line) => process.stderr.write(`${line}\n`),
    });
    starting.then(
      (servers) =>
        response.end(
          JSON.stringify({
            brokers: servers.kafka?.brokers,
            clickHouseUrl: servers.clickhouse?.url,
            dataDir: folder,
          }),
        ),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((listening) => control.listen(0, "127.0.0.1", listening));
  const address = control.address();
  if (address === null || typeof address === "string") throw new Error("the control port has a number");
  project.provide("serversUrl", `http://127.0.0.1:${address.port}`);
  return async () => {
    control.closeAllConnections();
    control.close();
    await (await starting)?.stop();
    rmSync(root, { recursive: true, force: true });
  };
}
