import { spawn } from "node:child_process";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { migrate } from "#runtime/migrate.ts";
import { type Arm, drain } from "#test/bench/drain.ts";
import { BENCH_PASSWORD, type BenchGround } from "#test/bench/ground.ts";

export interface BenchIngester {
  /** The group and the database that it writes to; it begins with the topic and empty tables. */
  readonly database: string;
  /** `exact`, or `at-least-once` (bench-ingest-program.ts). */
  readonly arm: string;
  readonly flags?: readonly string[];
  /** Looks at the tables before they go. */
  readonly before?: () => Promise<void>;
}

/** Drains the backlog by an ingester of the benchmark's own into tables of its own, which are gone afterwards. */
export async function drainByProgram(
  ground: BenchGround,
  { database, arm, flags = [], before }: BenchIngester,
  events: number,
): Promise<Arm> {
  const admin = { url: ground.url, user: "bench", password: BENCH_PASSWORD, requestTimeoutMs: 60_000 };
  await migrate({ ...admin, database }, database, "sql");
  const args = [arm, ground.brokers.join(","), ground.url, database, database];
  const child = spawn(
    process.execPath,
    [...nodeFlags("ingest", process.env), ...flags, "test/bench/bench-ingest-program.ts", ...args],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, BENCH_PASSWORD } },
  );
  const drained = await drain(ground, child, events, `SELECT count() AS n FROM ${database}.records_v1`);
  await before?.();
  await ground.admin.command(`DROP DATABASE ${database} SYNC`);
  return drained;
}
