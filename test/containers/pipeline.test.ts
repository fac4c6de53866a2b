import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findEngine, withoutEngine } from "#test/containers/engine.ts";
import { type ContainerServers, startContainerServers } from "#test/containers/start-servers.ts";
import { startOnOwnServers } from "#test/support/own-servers.ts";
import { checkGolden, checkLitellm, goldenVectors } from "#test/support/pipeline-check.ts";
import type { Product } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

const engine = await findEngine();
if (!engine.ok) process.stderr.write(`\n${withoutEngine(engine.reason)}\n\n`);

/** As `deploy/.env` would be filled in. */
const secret = () => randomBytes(32).toString("hex");
const secrets = {
  CLICKHOUSE_ADMIN_PASSWORD: secret(),
  CLICKHOUSE_INGEST_PASSWORD: secret(),
  CLICKHOUSE_API_PASSWORD: secret(),
  CLICKHOUSE_API_ALL_PASSWORD: secret(),
  SPENDTRAIL_PERSON_SALT: secret(),
};

describe.skipIf(!engine.ok)("on the images of deploy/compose.yaml", () => {
  let servers: ContainerServers | undefined;
  let product: Product | undefined;
  let env: NodeJS.ProcessEnv;
  const running = () => product as Product;

  beforeAll(async () => {
    if (!engine.ok) return;
    servers = await startContainerServers(engine.host, secrets.CLICKHOUSE_ADMIN_PASSWORD);
    env = {
      ...secrets,
      KAFKA_BROKERS: servers.brokers,
      CLICKHOUSE_URL: servers.clickHouseUrl,
      SPENDTRAIL_REPLICATION_FACTOR: "1",
    };
    product = await startOnOwnServers(env, ["--users", "--topics"]);
  }, 600_000);
  afterAll(async () => {
    await product?.stop();
    await servers?.stop();
  }, 120_000);

  test.each(goldenVectors())("$name", (vector) => checkGolden(running(), vector));

  test("the same through LiteLLM's door, where input tokens include cached ones", () =>
    checkLitellm(running()));

  test("`check` finds users, grants, tables, topics and insert settings as they must be", async () => {
    const { code, stdout } = await runCli(["check", "--json"], { ...process.env, ...env });
    const { findings } = JSON.parse(stdout) as { findings: { state: string; text: string }[] };
    expect(findings.filter((finding) => finding.state === "fault")).toEqual([]);
    expect(code).toBe(0);
  });

  test("`migrate --users --topics` a second time changes nothing", async () => {
    const { code, stdout } = await runCli(["migrate", "--users", "--topics", "--json"], {
      ...process.env,
      ...env,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ applied: [], topics: [] });
    for (const vector of goldenVectors().slice(0, 1)) await checkGolden(running(), { ...vector, at: 100 });
  });
});
