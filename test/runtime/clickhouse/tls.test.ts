import { mkdtempSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Failure } from "#core/failure.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { loadConfig } from "#runtime/config/load.ts";
import { makeCertificate, STORE_PASSWORD } from "#test/support/certificate.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/** TLS in front of the real server, as a proxy of an operator's; the embedded one speaks plain HTTP alone. */
let proxy: ReturnType<typeof createServer>;
let caFile: string;
beforeAll(async () => {
  const { clickHouseUrl } = await sharedServers();
  const { hostname, port } = new URL(clickHouseUrl);
  const made = makeCertificate(mkdtempSync(join(tmpdir(), "spendtrail-tls-")));
  caFile = made.caFile;
  proxy = createServer(
    { pfx: readFileSync(made.store), passphrase: STORE_PASSWORD },
    (incoming, outgoing) => {
      const { method, url, headers } = incoming;
      const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    },
  );
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
});
afterAll(() => {
  proxy.closeAllConnections();
  proxy.close();
});

function clickHouseOf(changes: Readonly<Record<string, string>>) {
  const url = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const admin = { CLICKHOUSE_ADMIN_USER: "admin", CLICKHOUSE_ADMIN_PASSWORD: TEST_PASSWORD };
  const { clickhouse } = loadConfig({ CLICKHOUSE_URL: url, ...admin, ...changes }, { program: "migrate" });
  return connectClickHouse({ ...clickhouse.admin, database: "default" });
}
const ask = (clickhouse: ReturnType<typeof connectClickHouse>) =>
  clickhouse.query({ name: "one", sql: "SELECT 1 AS one", row: z.object({ one: z.number() }) });

test("a server behind TLS is reached where its certificate is trusted", async () => {
  const clickhouse = clickHouseOf({ CLICKHOUSE_TLS_CA_FILE: caFile });
  expect(await ask(clickhouse)).toEqual([{ one: 1 }]);
  await clickhouse.close();
});

test("a certificate that nobody vouches for is refused, and said", async () => {
  const clickhouse = clickHouseOf({});
  const error = await ask(clickhouse).then(
    () => null,
    (thrown: unknown) => thrown as Failure,
  );
  expect(error).toMatchObject({ code: "CLICKHOUSE_UNREACHABLE" });
  expect(error?.message).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  await clickhouse.close();
});
