import { type ChildProcess, spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { BASELINE_TABLE } from "#test/bench/baseline-table.ts";
import { type Arm, drain, startIngester } from "#test/bench/drain.ts";
import {
  BENCH_PASSWORD,
  BENCH_TOPICS,
  type BenchGround,
  Count,
  fillTopic,
  onBenchGround,
} from "#test/bench/ground.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);

/** `npm run bench ingest -- --events 200000`: drains one backlog through our ingester and through a baseline. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: "string", default: "200000" } },
  });
  const events = Number(values.events);
  await onBenchGround(async (ground) => {
    await ground.admin.command(BASELINE_TABLE);
    const bytes = await fillTopic(ground, events);
    say(
      `${events} LiteLLM records, ${Math.round(bytes / events)} bytes each, 4 partitions, merges on; both arms read the same topic.`,
    );
    const ours = await drain(
      ground,
      startIngester(ground),
      events,
      "SELECT count() AS n FROM spendtrail.records_v1",
    );
    const stored = await ground.admin.query({
      name: "events",
      sql: "SELECT sum(events) AS n FROM batches_v1",
      row: Count,
    });
    const baseline = await drain(
      ground,
      startBaseline(ground),
      Number(stored[0]?.n ?? 0),
      "SELECT count() AS n FROM spendtrail.baseline_events",
    );
    report(ours, baseline, events);
  });
}

function startBaseline({ brokers, url }: BenchGround): ChildProcess {
  const args = [
    "--disable-warning=TimeoutNegativeWarning",
    "test/bench/baseline-ingest.ts",
    brokers.join(","),
    BENCH_TOPICS.records,
    url,
    "spendtrail",
  ];
  return spawn(process.execPath, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, BENCH_PASSWORD },
  });
}

function report(ours: Arm, baseline: Arm, events: number): void {
  const perMillion = (cpu: number) => ((cpu / events) * 1e6).toFixed(1);
  const line = (name: string, arm: Arm) =>
    `${name.padEnd(10)} ${String(Math.round(events / arm.seconds)).padStart(9)} ${perMillion(arm.cpuNode).padStart(13)} ${perMillion(arm.cpuClickHouse).padStart(19)} ${arm.peakMib.toFixed(0).padStart(9)} ${String(arm.rows).padStart(9)}`;
  say("arm         events/s  node cpu-s/M  clickhouse cpu-s/M  peak MiB      rows");
  say(line("spendtrail", ours));
  say(line("baseline", baseline));
  const ratio = (a: number, b: number) => (a / b).toFixed(2);
  say(
    `spendtrail / baseline: events/s ${ratio(baseline.seconds, ours.seconds)}, node cpu ${ratio(ours.cpuNode, baseline.cpuNode)}, ` +
      `clickhouse cpu ${ratio(ours.cpuClickHouse, baseline.cpuClickHouse)}. The baseline rates, hashes, redacts and rejects nothing and writes 12 columns of one table.`,
  );
}
