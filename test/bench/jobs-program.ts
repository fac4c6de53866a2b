import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { BENCH_PASSWORD, type BenchGround } from "#test/bench/ground.ts";

/** `spendtrail jobs` as its own process, as it runs in production. */
export function startJobs({ brokers, url }: BenchGround, more: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...nodeFlags("jobs", process.env), "cli/main.ts", "jobs", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      KAFKA_BROKERS: brokers.join(","),
      CLICKHOUSE_URL: url,
      CLICKHOUSE_INGEST_USER: "ingest",
      CLICKHOUSE_INGEST_PASSWORD: BENCH_PASSWORD,
      SPENDTRAIL_PERSON_SALT: "a-salt-for-the-benchmark",
      SPENDTRAIL_LOG_LEVEL: "error",
      SPENDTRAIL_REPLICATION_FACTOR: "1",
      SPENDTRAIL_JOBS_HEALTH_PORT: "0",
      ...more,
    },
  });
}
