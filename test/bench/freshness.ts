import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { endChild, startIngester } from "#test/bench/drain.ts";
import { BENCH_TOPICS, type BenchGround, benchRecords, onBenchGround } from "#test/bench/ground.ts";
import { cpuSeconds, peakMemoryMib } from "#test/bench/process-cost.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const log = createLog("bench", "error");
const TICK_MS = 50;
const LOOK_MS = 50;
/** Started programs compile and fill their caches first. */
const WARM_UP_S = 10;
/** How long the ingester is away. */
const AWAY_S = 10;
const CATCH_UP_BOUND_S = 120;

/**
 * `npm run bench freshness -- --rate 2000 --seconds 60`: from the moment at which a record is handed to the producer
 * until a query finds its event, at a steady rate; then the ingester is killed (kill -9), started again after 10 s, and
 * the same is measured from when it has caught up. A look every 50 ms, so that is how exact the figures are.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rate: { type: "string", default: "2000" }, seconds: { type: "string", default: "60" } },
  });
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  await onBenchGround(async (ground) => {
    const load = await startLoad(ground, rate);
    const seen = watch(ground, load);
    say(`${rate} LiteLLM records a second to 4 partitions.`);
    say("phase             records    p50 ms    p95 ms    p99 ms    max ms  node cpu-s/M  peak MiB");
    let ingester = startIngester(ground);
    await pause(WARM_UP_S * 1000);
    const report = async (name: string) => {
      const cpuBefore = cpuSeconds(ingester.pid ?? 0);
      seen.forget();
      await pause(seconds * 1000);
      const waits = seen.waits();
      const cpu = ((cpuSeconds(ingester.pid ?? 0) - cpuBefore) / waits.length) * 1e6;
      say(line(name, waits, cpu, peakMemoryMib(ingester.pid ?? 0)));
    };
    await report("steady");
    const died = once(ingester, "exit");
    ingester.kill("SIGKILL");
    await died;
    await pause(AWAY_S * 1000);
    const restartedMs = performance.now();
    ingester = startIngester(ground);
    await seen.caughtUp(CATCH_UP_BOUND_S * 1000);
    say(`caught up ${((performance.now() - restartedMs) / 1000).toFixed(1)} s after its start`);
    await report("after a restart");
    const sent = await load.stop();
    await everyRecordOnce(ground, sent);
    await seen.stop();
    await endChild(ingester);
  });
}

const Stored = z.object({ rows: z.coerce.number(), records: z.coerce.number() });

/** Rejects have no event, so the table of records is asked. */
async function everyRecordOnce({ admin }: BenchGround, sent: number): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const [there] = await admin.query({
      name: "bench_exact",
      sql: "SELECT count() AS rows, uniqExact(partition, offset) AS records FROM records_v1",
      row: Stored,
    });
    if (there?.records === sent && there.rows === sent) {
      say(`${sent} records sent, each of them there once`);
      return;
    }
    if (performance.now() - startMs > 60_000)
      throw new Error(`${sent} records sent, ${there?.records} there, in ${there?.rows} rows`);
    await pause(LOOK_MS);
  }
}

interface Load {
  /** When each record of a partition was sent, in order of offsets. */
  readonly sentMs: readonly number[][];
  stop(): Promise<number>;
}

/** Hands records to the producer by the clock, a tick's worth at a time. */
async function startLoad({ brokers }: BenchGround, rate: number): Promise<Load> {
  const producer = await createProducer({ brokers, clientId: "bench" }, log);
  const sentMs: number[][] = [[], [], [], []];
  const ending = new AbortController();
  let sent = 0;
  const loop = async () => {
    const records = endless();
    const startMs = performance.now();
    for (let tick = 0; !ending.signal.aborted; tick += 1) {
      const waitMs = startMs + tick * TICK_MS - performance.now();
      if (waitMs > 1) await pause(waitMs);
      const due = Math.round(((tick + 1) * rate * TICK_MS) / 1000) - sent;
      const chunk: OutgoingRecord[] = Array.from({ length: due }, () => records.next().value);
      const nowMs = performance.now();
      for (const { partition = 0 } of chunk) sentMs[partition]?.push(nowMs);
      sent += due;
      await producer.send(BENCH_TOPICS.records, chunk);
    }
  };
  const looping = loop();
  return {
    sentMs,
    stop: async () => {
      ending.abort();
      await looping;
      await producer.close();
      return sent;
    },
  };
}

function* endless(): Generator<OutgoingRecord, never, undefined> {
  for (;;) yield* benchRecords(50_000);
}

const Reached = z.object({ partition: z.number(), last: z.coerce.number() });

/** Looks how far the events of each partition reach. */
function watch({ admin }: BenchGround, load: Load) {
  const next = load.sentMs.map(() => 0);
  let waits: number[] = [];
  const ending = new AbortController();
  const look = async () => {
    const rows = await admin.query({
      name: "bench_reached",
      sql: "SELECT partition, max(offset) AS last FROM events_v1 GROUP BY partition",
      row: Reached,
    });
    const nowMs = performance.now();
    for (const { partition, last } of rows) {
      const sent = load.sentMs[partition] ?? [];
      for (; (next[partition] ?? 0) <= last; next[partition] = (next[partition] ?? 0) + 1)
        waits.push(nowMs - (sent[next[partition] ?? 0] ?? nowMs));
    }
  };
  const loop = async () => {
    while (!ending.signal.aborted) {
      await look();
      await pause(LOOK_MS);
    }
  };
  const looping = loop();
  const until = async (isSo: () => boolean, forMs: number, what: string) => {
    const startMs = performance.now();
    while (!isSo()) {
      if (performance.now() - startMs > forMs) throw new Error(`not ${what} after ${forMs} ms`);
      await pause(LOOK_MS);
    }
  };
  const oldestMs = () =>
    Math.max(
      ...load.sentMs.map((sent, at) => performance.now() - (sent[next[at] ?? 0] ?? performance.now())),
    );
  return {
    waits: () => waits,
    forget: () => {
      waits = [];
    },
    /** Nothing that was sent more than two seconds ago is missing. */
    caughtUp: (forMs: number) => until(() => oldestMs() < 2000, forMs, "caught up"),
    stop: async () => {
      ending.abort();
      await looping;
    },
  };
}

function line(name: string, waits: readonly number[], cpu: number, peakMib: number): string {
  const sorted = waits.toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(0);
  return [
    name.padEnd(16),
    String(sorted.length).padStart(8),
    ...[0.5, 0.95, 0.99, 1].map((share) => at(share).padStart(9)),
    cpu.toFixed(0).padStart(13),
    peakMib.toFixed(0).padStart(9),
  ].join(" ");
}
