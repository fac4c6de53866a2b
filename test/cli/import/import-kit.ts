import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ImportReport } from "#cli/import/report.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { sums } from "#test/ingest/sums.ts";
import { type Ground, ingestOn, makeGround, TEST_SALT } from "#test/support/pipeline.ts";
import { bareEnv, type CliRun, runCli } from "#test/support/run-cli.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/** A pipeline of a test's own with a running ingester, and the command beside it. */
export interface ImportGround {
  readonly ground: Ground;
  readonly env: NodeJS.ProcessEnv;
  /** Runs `spendtrail import` with `--json` and gives its report; anything but exit code 0 is an error. */
  report(...args: string[]): Promise<ImportReport>;
  run(...args: string[]): Promise<CliRun>;
  runWith(changes: NodeJS.ProcessEnv, ...args: string[]): Promise<CliRun>;
  file(name: string, content: string | Buffer): string;
  sums(): ReturnType<typeof sums>;
  close(): Promise<void>;
}

export async function importGround(
  sources: Parameters<Ground["setSources"]>[0],
  more: NodeJS.ProcessEnv = {},
): Promise<ImportGround> {
  const [ground, { brokers, clickHouseUrl }] = await Promise.all([makeGround(), sharedServers()]);
  await ground.setSources(sources);
  const ingest = await ingestOn(ground, { adapters: ADAPTERS });
  const dir = mkdtempSync(join(tmpdir(), "spendtrail-import-"));
  const { NODE_OPTIONS } = process.env;
  const env = bareEnv({
    ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }),
    KAFKA_BROKERS: brokers.join(","),
    SPENDTRAIL_TOPIC_RECORDS: ground.topics.records,
    SPENDTRAIL_TOPIC_REJECTS: ground.topics.rejects,
    SPENDTRAIL_TOPIC_SETTINGS: ground.topics.settings,
    SPENDTRAIL_TOPIC_ACTS: ground.topics.acts,
    SPENDTRAIL_TOPIC_BATCHES: ground.topics.batches,
    SPENDTRAIL_TOPIC_BUDGET_STATE: ground.topics.budgetState,
    SPENDTRAIL_TOPIC_PARTITIONS: "2",
    SPENDTRAIL_REPLICATION_FACTOR: "1",
    SPENDTRAIL_PERSON_SALT: String(TEST_SALT),
    SPENDTRAIL_DATA_DIR: dir,
    CLICKHOUSE_URL: clickHouseUrl,
    CLICKHOUSE_DATABASE: ground.database,
    CLICKHOUSE_API_ALL_USER: "admin",
    CLICKHOUSE_API_ALL_PASSWORD: TEST_PASSWORD,
    ...more,
  });
  const runWith = (changes: NodeJS.ProcessEnv, ...args: string[]) =>
    runCli(["import", "--json", ...args], { ...env, ...changes }, 60_000);
  const run = (...args: string[]) => runWith({}, ...args);
  return {
    ground,
    env,
    run,
    runWith,
    report: async (...args) => {
      const { code, stdout, stderr } = await run(...args);
      if (code !== 0) throw new Error(`spendtrail import ended with ${code}: ${stderr}${stdout}`);
      return JSON.parse(stdout) as ImportReport;
    },
    file: (name, content) => {
      const path = join(dir, name);
      writeFileSync(path, name.endsWith(".gz") ? gzipSync(content) : content);
      return path;
    },
    sums: () => sums(ground),
    close: async () => {
      await ingest.close();
      await ground.close();
    },
  };
}

export const asLines = (records: readonly unknown[]): string =>
  records.map((record) => `${typeof record === "string" ? record : JSON.stringify(record)}\n`).join("");
