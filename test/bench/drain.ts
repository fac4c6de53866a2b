import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { BENCH_PASSWORD, type BenchGround, Count } from "#test/bench/ground.ts";
import { cpuSeconds, peakMemoryMib } from "#test/bench/process-cost.ts";

export interface Arm {
  readonly seconds: number;
  readonly cpuNode: number;
  readonly cpuClickHouse: number;
  readonly peakMib: number;
  readonly rows: number;
}

/** `spendtrail ingest` as its own process, as it runs in production. */
export function startIngester({ brokers, url }: BenchGround): ChildProcess {
  return spawn(process.execPath, [...nodeFlags("ingest", process.env), "cli/main.ts", "ingest", "--json"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      KAFKA_BROKERS: brokers.join(","),
      CLICKHOUSE_URL: url,
      CLICKHOUSE_INGEST_USER: "ingest",
      CLICKHOUSE_INGEST_PASSWORD: BENCH_PASSWORD,
      SPENDTRAIL_PERSON_SALT: "a-salt-for-the-benchmark",
      SPENDTRAIL_LOG_LEVEL: "error",
      SPENDTRAIL_REPLICATION_FACTOR: "1",
      SPENDTRAIL_INGEST_HEALTH_PORT: "0",
    },
  });
}

/** From the start of the program until all its rows are there: start-up is part of draining. */
export async function drain(
  ground: BenchGround,
  child: ChildProcess,
  rows: number,
  sql: string,
): Promise<Arm> {
  const pid = child.pid ?? 0;
  const startMs = performance.now();
  const clickHouseBefore = cpuSeconds(ground.clickHousePid);
  let there = 0;
  let arm: Omit<Arm, "seconds" | "rows"> = { cpuNode: 0, cpuClickHouse: 0, peakMib: 0 };
  while (there < rows) {
    if (performance.now() - startMs > 600_000)
      throw new Error(`only ${there} of ${rows} rows after 10 minutes`);
    // A program that ends by itself takes its figures along; so they are read each time.
    if (child.exitCode === null) {
      const cpuClickHouse = cpuSeconds(ground.clickHousePid) - clickHouseBefore;
      arm = { cpuNode: cpuSeconds(pid), cpuClickHouse, peakMib: peakMemoryMib(pid) };
    }
    const [row] = await ground.admin.query({ name: "bench_there", sql, row: Count });
    there = row?.n ?? 0;
    await pause(50);
  }
  const seconds = (performance.now() - startMs) / 1000;
  await endChild(child);
  return { ...arm, seconds, rows: there };
}

/** Ends a program that is still there as its supervisor would. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
