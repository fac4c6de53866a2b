import { type ChildProcess, spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { migrate } from "#runtime/migrate.ts";
import { type Arm, drain } from "#test/bench/drain.ts";
import { BENCH_PASSWORD, type BenchGround, fillTopic, onBenchGround } from "#test/bench/ground.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const ARMS = ["exact", "at-least-once"] as const;

/**
 * `npm run bench exactly-once -- --events 100000 --rounds 3`: what exactly-once costs. The ingester drains one backlog,
 * and so does the same code without intents, tokens and batch rows; the two take turns, each time into tables of its own.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: "string", default: "100000" }, rounds: { type: "string", default: "3" } },
  });
  const events = Number(values.events);
  const rounds = Number(values.rounds);
  await onBenchGround(async (ground) => {
    const bytes = await fillTopic(ground, events);
    say(`${events} LiteLLM records, ${Math.round(bytes / events)} bytes each, 4 partitions.`);
    say("round  arm             events/s  node cpu-s/M  clickhouse cpu-s/M  peak MiB");
    const measured: Record<(typeof ARMS)[number], Arm[]> = { exact: [], "at-least-once": [] };
    for (let round = 0; round < rounds; round += 1) {
      // Who goes first changes: the second finds the topic in the page cache.
      const order = round % 2 === 0 ? ARMS : ARMS.toReversed();
      for (const arm of order) {
        const drained = await drainArm(ground, arm, round, events);
        measured[arm].push(drained);
        say(line(String(round), arm, drained, events));
      }
    }
    const [exact, loose] = ARMS.map((arm) => middle(measured[arm])) as [Arm, Arm];
    say(line("median", "exact", exact, events));
    say(line("median", "at-least-once", loose, events));
    const ratio = loose.seconds / exact.seconds;
    say(
      `exactly-once / at-least-once: events/s ${ratio.toFixed(3)} (it costs ${((1 - ratio) * 100).toFixed(1)} %), ` +
        `node cpu ${(exact.cpuNode / loose.cpuNode).toFixed(3)}, clickhouse cpu ${(exact.cpuClickHouse / loose.cpuClickHouse).toFixed(3)}`,
    );
  });
}

async function drainArm(ground: BenchGround, arm: string, round: number, events: number): Promise<Arm> {
  const database = `bench_${arm.replaceAll("-", "_")}_${round}`;
  const admin = { url: ground.url, user: "bench", password: BENCH_PASSWORD, requestTimeoutMs: 60_000 };
  await migrate({ ...admin, database }, database, "sql");
  const child = start([arm, ground.brokers.join(","), ground.url, database, database]);
  const arms = await drain(ground, child, events, `SELECT count() AS n FROM ${database}.records_v1`);
  await ground.admin.command(`DROP DATABASE ${database} SYNC`);
  return arms;
}

function start(args: readonly string[]): ChildProcess {
  return spawn(
    process.execPath,
    [...nodeFlags("ingest", process.env), "test/bench/bench-ingest-program.ts", ...args],
    { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, BENCH_PASSWORD } },
  );
}

/** Round by round the machine is another: the median by time. */
function middle(arms: readonly Arm[]): Arm {
  const sorted = arms.toSorted((one, other) => one.seconds - other.seconds);
  const arm = sorted[Math.floor(sorted.length / 2)];
  if (arm === undefined) throw new Error("at least one round");
  return arm;
}

function line(round: string, name: string, arm: Arm, events: number): string {
  const perMillion = (cpu: number) => ((cpu / events) * 1e6).toFixed(1);
  return [
    round.padEnd(6),
    name.padEnd(14),
    String(Math.round(events / arm.seconds)).padStart(9),
    perMillion(arm.cpuNode).padStart(13),
    perMillion(arm.cpuClickHouse).padStart(19),
    arm.peakMib.toFixed(0).padStart(9),
  ].join(" ");
}
