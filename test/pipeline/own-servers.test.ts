import { afterAll, beforeAll, expect, test } from "vitest";
import { startOnOwnServers } from "#test/support/own-servers.ts";
import { checkGolden, goldenVectors } from "#test/support/pipeline-check.ts";
import type { Product } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/** What the operator of a Kafka and a ClickHouse sets; the users are as the test's ClickHouse has them. */
async function operatorsEnv(): Promise<NodeJS.ProcessEnv> {
  const { brokers, clickHouseUrl } = await sharedServers();
  const prefix = uniqueName("own");
  const topics = ["RECORDS", "REJECTS", "SETTINGS", "ACTS", "BATCHES"];
  return {
    KAFKA_BROKERS: brokers.join(","),
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_ADMIN_USER: "admin",
    CLICKHOUSE_ADMIN_PASSWORD: TEST_PASSWORD,
    CLICKHOUSE_INGEST_USER: "ingest",
    CLICKHOUSE_INGEST_PASSWORD: TEST_PASSWORD,
    CLICKHOUSE_API_USER: "api_team",
    CLICKHOUSE_API_PASSWORD: TEST_PASSWORD,
    CLICKHOUSE_API_ALL_USER: "api_all",
    CLICKHOUSE_API_ALL_PASSWORD: TEST_PASSWORD,
    SPENDTRAIL_PERSON_SALT: "a-salt-for-the-tests",
    SPENDTRAIL_REPLICATION_FACTOR: "1",
    ...Object.fromEntries(topics.map((name) => [`SPENDTRAIL_TOPIC_${name}`, `${prefix}.${name}`])),
  };
}

let env: NodeJS.ProcessEnv;
let product: Product | undefined;
beforeAll(async () => {
  env = await operatorsEnv();
  product = await startOnOwnServers(env, ["--topics"]);
});
afterAll(() => product?.stop());

test.each(goldenVectors().slice(0, 1))("on servers of one's own: $name", (vector) =>
  checkGolden(product as Product, { ...vector, at: 1000 }),
);

test("`migrate --users` says what to do where the server has no place for users made by SQL", async () => {
  const { code, stderr } = await runCli(["migrate", "--users", "--json"], { ...process.env, ...env });
  expect(code).toBe(1);
  const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
  expect(error.code).toBe("CLICKHOUSE_USERS_REFUSED");
  expect(error.message).toMatch(/did not let admin make our users .*--print-grants/);
});

test("`migrate --users` without one of the passwords names it, and makes no user", async () => {
  const { CLICKHOUSE_API_PASSWORD: _, ...rest } = env;
  const { code, stderr } = await runCli(["migrate", "--users", "--json"], { ...process.env, ...rest });
  expect(code).toBe(1);
  expect(stderr).toContain("CLICKHOUSE_API_PASSWORD: required by `spendtrail migrate --users`");
});
