import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { endChild, startIngester } from "#test/bench/drain.ts";
import { BENCH_TOPICS, type BenchGround, onBenchGround } from "#test/bench/ground.ts";
import { startJobs } from "#test/bench/jobs-program.ts";
import { liveRecords } from "#test/bench/live-records.ts";
import { cpuSeconds } from "#test/bench/process-cost.ts";
import { watchRollup } from "#test/bench/watch-rollup.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const TICK_MS = 50;
/** Started programs compile and fill their caches first. */
const WARM_UP_S = 10;
const REST_BOUND_MS = 120_000;

/**
 * `npm run bench rollups -- --rate 1000 --seconds 300`: how long after the raw table the rollup has a call, and what it
 * costs, while calls of this moment arrive at a steady rate. The baseline is the same load without the jobs.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rate: { type: "string", default: "1000" }, seconds: { type: "string", default: "300" } },
  });
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  await onBenchGround(async (ground) => {
    const load = await startLoad(ground, rate);
    const ingester = startIngester(ground);
    await pause(WARM_UP_S * 1000);
    // Watching costs something too, so it is in both arms.
    const unwatched = watchRollup(ground.admin);
    const baseline = await clickHouseShare(ground, seconds);
    await unwatched.stop();
    say(`${rate} records a second; baseline (no jobs): ClickHouse ${percent(baseline)} of a core`);

    const jobs = startJobs(ground);
    if (jobs.stdout === null) throw new Error("the jobs' standard output is not piped");
    const [first] = (await once(createInterface(jobs.stdout), "line")) as [string];
    const { health } = z.object({ health: z.string() }).parse(JSON.parse(first));
    await pause(WARM_UP_S * 1000);
    const watch = watchRollup(ground.admin);
    const busyBefore = await busySeconds(health);
    const nodeBefore = cpuSeconds(jobs.pid ?? 0);
    const withJobs = await clickHouseShare(ground, seconds);
    const nodeShare = (cpuSeconds(jobs.pid ?? 0) - nodeBefore) / seconds;
    const busy = await busySeconds(health);
    say(`with jobs: ClickHouse ${percent(withJobs)}, the jobs' Node ${percent(nodeShare)} of a core`);
    for (const [job, after] of busy)
      say(`  rounds of ${job}: ${percent((after - (busyBefore.get(job) ?? 0)) / seconds)} of the time`);
    const waits = (await watch.stop()).toSorted((one, other) => one - other);
    const at = (share: number) =>
      `${(waits[Math.floor((waits.length - 1) * share)] ?? Number.NaN).toFixed(0)} ms`;
    say(
      `rollup behind raw over ${waits.length} calls: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}`,
    );

    const sent = await load.stop();
    const calls = await atRest(ground, sent);
    say(`${sent} records sent; at rest rollup and calls agree: ${calls}`);
    await endChild(jobs);
    await endChild(ingester);
  });
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

async function clickHouseShare({ clickHousePid }: BenchGround, seconds: number): Promise<number> {
  const before = cpuSeconds(clickHousePid);
  await pause(seconds * 1000);
  return (cpuSeconds(clickHousePid) - before) / seconds;
}

/** How long rounds of each job have taken, from the program's own metrics. */
async function busySeconds(health: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${health}/metrics`)).text();
  const sums = text.matchAll(/^spendtrail_job_round_seconds_sum\{job="([^"]+)"\} (\S+)$/gm);
  return new Map([...sums].map(([, job = "", sum]) => [job, Number(sum)]));
}

async function startLoad({ brokers }: BenchGround, rate: number) {
  const producer = await createProducer({ brokers, clientId: "bench" }, createLog("bench", "error"));
  const ending = new AbortController();
  const records = liveRecords();
  let sent = 0;
  const loop = async () => {
    const startMs = performance.now();
    for (let tick = 0; !ending.signal.aborted; tick += 1) {
      const waitMs = startMs + tick * TICK_MS - performance.now();
      if (waitMs > 1) await pause(waitMs);
      const due = Math.round(((tick + 1) * rate * TICK_MS) / 1000) - sent;
      const chunk: OutgoingRecord[] = Array.from({ length: due }, () => records.next().value);
      sent += due;
      await producer.send(BENCH_TOPICS.records, chunk);
    }
  };
  const looping = loop();
  return {
    stop: async () => {
      ending.abort();
      await looping;
      await producer.close();
      return sent;
    },
  };
}

const Figures = z.object({ raw: z.string(), rolled: z.string(), records: z.coerce.number() });

/** Waits until all is ingested and rolled up, and gives the figures that both have. */
async function atRest({ admin }: BenchGround, sent: number): Promise<string> {
  const startMs = performance.now();
  const sums =
    "concat(toString(sum(items)), ' items, ', toString(sum(calls)), ' calls, ', toString(sum(cost_usd)), ' USD')";
  for (;;) {
    const [now] = await admin.query({
      name: "bench_rest",
      sql: `SELECT (SELECT ${sums} FROM cost_5m) AS rolled,
        (SELECT ${sums} FROM (SELECT sign AS items, if(kind = 'response', sign, 0) AS calls, sign * c.cost_usd AS cost_usd FROM calls AS c)) AS raw,
        (SELECT count() FROM records_v1) AS records`,
      row: Figures,
    });
    if (now !== undefined && now.records === sent && now.raw === now.rolled) return now.raw;
    if (performance.now() - startMs > REST_BOUND_MS)
      throw new Error(`${sent} records sent: ${JSON.stringify(now)}`);
    await pause(500);
  }
}
