import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withLocalRun } from "#cli/local-run.ts";
import { freePort } from "#embedded/ports.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

interface Finding {
  readonly name: string;
  readonly state: "ok" | "warning" | "fault";
  readonly text: string;
}
interface Answer {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

let product: Product;
/** What somebody would set who names the servers himself. */
let named: NodeJS.ProcessEnv;
beforeAll(async () => {
  product = await startProduct();
  named = withLocalRun(productEnv(product.dataDir));
});
afterAll(() => product.stop());

/** The faults of `spendtrail check` in an environment, by name. */
async function faultsIn(changes: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string>> {
  const { code, stdout, stderr } = await runCli(["check", "--json"], { ...named, ...changes });
  expect(code, stderr).toBe(1);
  const { ok, findings } = JSON.parse(stdout) as Answer;
  expect(ok).toBe(false);
  const faults = findings.filter(({ state }) => state === "fault");
  return new Map(faults.map(({ name, text }) => [name, text]));
}

describe("check on a set-up that works", () => {
  test("everything is OK, and the exit code is 0", async () => {
    const { code, stdout, stderr } = await runCli(["check", "--json"], productEnv(product.dataDir));
    expect(code, stderr + stdout).toBe(0);
    const { ok, findings } = JSON.parse(stdout) as Answer;
    expect(ok).toBe(true);
    expect(findings.filter(({ state }) => state === "fault")).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...["configuration", "kafka", "topic spendtrail.records", "topic spendtrail.settings", "sources"],
        ...["keys", "prices", "clickhouse", "clock", "insert settings", "ingest user", "tables"],
        ...["clickhouse api user", "clickhouse all-teams user"],
      ]),
    );
  });

  test("as text, one line a finding, nothing on stderr", async () => {
    const { stdout, stderr } = await runCli(["check"], productEnv(product.dataDir));
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^OK {5}kafka: answers at 127\.0\.0\.1:\d+$/m);
    expect(stdout.trimEnd()).toMatch(/Everything that must be there is\.$/);
  });
});

describe("check on a broken set-up says what to do", () => {
  test("Kafka is down: the brokers, and what to look at; ClickHouse is looked at all the same", async () => {
    const brokers = `127.0.0.1:${await freePort(0, "nothing")}`;
    const faults = await faultsIn({ KAFKA_BROKERS: brokers });
    expect([...faults.keys()]).toEqual(["kafka"]);
    expect(faults.get("kafka")).toContain(`Kafka at ${brokers} cannot be reached`);
    expect(faults.get("kafka")).toContain("Check that it runs and that KAFKA_BROKERS");
  });

  test("ClickHouse is down: told once, not for each of its users", async () => {
    const url = `http://127.0.0.1:${await freePort(0, "nothing")}`;
    const faults = await faultsIn({ CLICKHOUSE_URL: url });
    expect([...faults.keys()]).toEqual(["clickhouse"]);
    expect(faults.get("clickhouse")).toBe(
      `${url} cannot be reached (ECONNREFUSED): start ClickHouse there, or mend CLICKHOUSE_URL`,
    );
  });

  test.each([
    ["clickhouse", "CLICKHOUSE_INGEST_PASSWORD"],
    ["clickhouse api user", "CLICKHOUSE_API_PASSWORD"],
    ["clickhouse all-teams user", "CLICKHOUSE_API_ALL_PASSWORD"],
    ["tables", "CLICKHOUSE_ADMIN_PASSWORD"],
  ])("the password of %s is wrong: %s is named, and never shown", async (name, setting) => {
    const faults = await faultsIn({ [setting]: "wrong-password-of-this-test" });
    expect([...faults.keys()]).toEqual([name]);
    expect(faults.get(name)).toContain(setting);
    expect(faults.get(name)).not.toContain("wrong-password-of-this-test");
  });

  test("a topic lacks a setting: the command that sets it", async () => {
    const topic = "check.records.short";
    const config = { brokers: product.kafka, clientId: "check-test" };
    const short = { "cleanup.policy": "delete", "retention.ms": "3600000", "max.message.bytes": "5242880" };
    await inspectTopics(config, [{ topic, partitions: 4, settings: short, ours: true }], {
      create: true,
      replicationFactor: 1,
      log: createLog("test", "silent"),
    });
    const faults = await faultsIn({ SPENDTRAIL_TOPIC_RECORDS: topic });
    const text = faults.get(`topic ${topic}`);
    expect(text).toContain(`Topic ${topic} has retention.ms=3600000, and 604800000 is needed.`);
    expect(text).toContain(`has message.timestamp.type=CreateTime, and LogAppendTime is needed.`);
    expect(text).toContain(
      `kafka-configs.sh --bootstrap-server ${product.kafka[0]} --alter --entity-type topics --entity-name ${topic} --add-config retention.ms=604800000`,
    );
  });

  test("a topic is missing: the command that makes it, and ours", async () => {
    const faults = await faultsIn({ SPENDTRAIL_TOPIC_BATCHES: "check.no-such-topic" });
    const text = faults.get("topic check.no-such-topic");
    expect(text).toContain("Topic check.no-such-topic is not there.");
    expect(text).toContain("--create --topic check.no-such-topic --partitions 1");
    expect(text).toContain("spendtrail migrate --topics");
  });

  test("the tables were never made", async () => {
    const faults = await faultsIn({ CLICKHOUSE_DATABASE: "other" });
    expect([...faults.values()].join("\n")).toContain("spendtrail migrate");
    expect(faults.get("tables")).toContain("spendtrail migrate");
  });
});

describe("the configuration", () => {
  const wrong = {
    KAFKA_BROKERS: "not a broker",
    CLICKHOUSE_URL: "clickhouse:8123",
    SPENDTRAIL_API_PORT: "70000",
    SPENDTRAIL_LOG_LEVEL: "loud",
    SPENDTRAIL_BATCH_ROWS: "5",
  };

  test("several faults are told at once, each with the accepted form", async () => {
    const run = await runCli(["check", "--json"], { ...named, ...wrong });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    const { error } = JSON.parse(run.stderr) as { error: { code: string; message: string } };
    expect(error.code).toBe("CONFIG_INVALID");
    for (const name of Object.keys(wrong)) expect(error.message).toContain(name);
    expect(error.message).toContain("a port, from 0 to 65535");
  });

  test.each(["up", "collect", "ingest", "jobs", "api"])("%s --check-config", async (program) => {
    const dir = mkdtempSync(join(tmpdir(), "spendtrail-check-"));
    const fine = await runCli([program, "--check-config", "--json"], { ...named, SPENDTRAIL_DATA_DIR: dir });
    expect(fine).toMatchObject({ code: 0, stdout: '{"config":"ok"}\n', stderr: "" });
    const broken = await runCli([program, "--check-config"], { ...named, ...wrong });
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    for (const name of Object.keys(wrong)) expect(broken.stderr).toContain(name);
  });
});
