import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { settle } from "#test/faults/cases/kills.ts";
import { type Field, openField } from "#test/faults/field.ts";
import { createSender, type Sender } from "#test/faults/ledger.ts";
import { endOnSignal } from "#test/faults/on-end.ts";
import { verify } from "#test/faults/oracle.ts";
import type { Program } from "#test/faults/program.ts";
import { createRandom, type Random } from "#test/faults/random.ts";
import { type Servers, startServers } from "#test/faults/servers.ts";

/**
 * `npm run soak -- --hours N`: a steady load for hours, with a fault of chance every five minutes. After each such window
 * the load pauses until everything is there, and every call is compared; what was compared is then emptied, in the store
 * and in Kafka, because a day at 2,000 a second is 172.8 million calls. At the end it says how the memory of the
 * ingesters went and how many parts the store held. Ends with 1 where a window is not exact, or a bound does not hold.
 */
const { values } = parseArgs({
  options: {
    hours: { type: "string" },
    minutes: { type: "string" },
    rate: { type: "string", default: "2000" },
    window: { type: "string", default: "300" },
    seed: { type: "string" },
  },
});
const totalS =
  values.minutes === undefined ? Number(values.hours ?? "24") * 3_600 : Number(values.minutes) * 60;
const [rate, windowS] = [Number(values.rate), Number(values.window)];
const seed = values.seed === undefined ? Date.now() & 0xffffff : Number(values.seed);
/** Bounds of the list of faults (F28); the slope needs hours to be more than noise. */
const [SLOPE_MIB_MAX, SLOPE_HOURS_MIN, PARTS_MAX] = [1, 2, 300];
const say = (line: string) => void process.stdout.write(`${line}\n`);

const FAULTS: Readonly<Record<string, (at: Ground, random: Random) => Promise<void>>> = {
  "kill -9 of an ingester": async ({ programs }, random) => random.pick(programs).kill(),
  "an ingester stands still for 8 s": async ({ programs }, random) => {
    const program = random.pick(programs);
    program.signal("SIGSTOP");
    await settle(8_000);
    program.signal("SIGCONT");
  },
  "kill -9 of ClickHouse": ({ servers }) => servers.killClickHouse(),
  "ClickHouse is away for 20 s": async ({ servers }) => {
    await servers.clickHouseProxy.down();
    await settle(20_000);
    await servers.clickHouseProxy.up();
  },
  "answers of ClickHouse are lost for 20 s": async ({ servers }, random) => {
    servers.clickHouseProxy.set({ cutsAnswer: () => random.next() < 0.2 });
    await settle(20_000);
    servers.clickHouseProxy.set({});
  },
  "Kafka is away for 20 s": async ({ servers }) => {
    await servers.kafkaProxy.down();
    await settle(20_000);
    await servers.kafkaProxy.up();
  },
  "a slow network to Kafka for 20 s": async ({ servers }, random) => {
    servers.kafkaProxy.set({ delayMs: () => random.whole(100, 400) });
    await settle(20_000);
    servers.kafkaProxy.set({});
  },
};

interface Ground {
  readonly servers: Servers;
  readonly field: Field;
  readonly programs: readonly Program[];
}

interface Sample {
  readonly hours: number;
  readonly mib: number;
}

endOnSignal();
const random = createRandom(seed);
const servers = await startServers();
const field = await openField(servers, random, { partitions: 6 });
const ground: Ground = { servers, field, programs: [field.ingester(), field.ingester()] };
const startMs = performance.now();
const memory: Sample[] = [];
let [calls, wrong, partsMax] = [0, 0, 0];
say(
  `seed ${seed}: ${rate} calls a second for ${(totalS / 3_600).toFixed(2)} hours, a fault every ${windowS} s`,
);
for (let window = 1; (performance.now() - startMs) / 1000 < totalS; window += 1) {
  const sender = await openWindow();
  const load = sender.calls(rate * windowS, { perSecond: rate });
  await settle(random.whole(5_000, Math.max(6_000, (windowS * 1_000) / 2)));
  const fault = random.pick(Object.keys(FAULTS));
  await FAULTS[fault]?.(ground, random);
  await load;
  const verdict = await verify(field.store, sender.ledger);
  await sender.close();
  calls += sender.ledger.calls.size;
  wrong += verdict.isExact ? 0 : 1;
  const parts = await partsNow();
  partsMax = Math.max(partsMax, parts);
  const hours = (performance.now() - startMs) / 3_600_000;
  const mib = ground.programs.reduce((sum, { pid }) => sum + residentMib(pid()), 0) / ground.programs.length;
  memory.push({ hours, mib });
  const { lost, doubled } = verdict;
  say(
    `window ${window}, ${(hours * 60).toFixed(0)} min: ${fault}; ${lost} lost, ${doubled} doubled; ${mib.toFixed(0)} MiB an ingester, ${parts} parts at most`,
  );
  await emptied();
}
const slope = slopeOf(memory);
const isLong = totalS / 3_600 >= SLOPE_HOURS_MIN;
say(
  `${calls} calls in ${memory.length} windows, ${wrong} of them not exact; memory ${slope.toFixed(1)} MiB an hour${isLong ? "" : " (too short to say)"}; ${partsMax} parts in a table partition at most`,
);
await field.close();
await servers.stop();
process.exit(wrong === 0 && partsMax < PARTS_MAX && (!isLong || slope <= SLOPE_MIB_MAX) ? 0 : 1);

async function openWindow(): Promise<Sender> {
  const { topics, partitions } = field;
  return createSender({ brokers: servers.brokers, topic: topics.records, partitions }, random);
}

async function partsNow(): Promise<number> {
  const [row] = await field.store.query({
    name: "soak_parts",
    sql: `SELECT max(parts) AS n FROM (SELECT count() AS parts FROM system.parts
WHERE active AND database = currentDatabase() GROUP BY table, partition)`,
    row: z.object({ n: z.coerce.number() }),
  });
  return row?.n ?? 0;
}

/** Takes what was compared out of the store and out of Kafka; what batches covered stays known. */
async function emptied(): Promise<void> {
  for (const table of ["events_v1", "records_v1"]) await field.store.command(`TRUNCATE TABLE ${table} SYNC`);
  const { records: topic } = field.topics;
  await field.admin(async (tool) => {
    const ends = await tool.fetchTopicOffsets(topic);
    await tool.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
  });
}

function residentMib(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) / 1024;
}

/** MiB an hour, by least squares over all windows but the first, in which programs warm up. */
function slopeOf(samples: readonly Sample[]): number {
  const late = samples.slice(1);
  const mean = (of: (sample: Sample) => number) =>
    late.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, late.length);
  const [hours, mib] = [mean((sample) => sample.hours), mean((sample) => sample.mib)];
  const spread = late.reduce((sum, sample) => sum + (sample.hours - hours) ** 2, 0);
  const rise = late.reduce((sum, sample) => sum + (sample.hours - hours) * (sample.mib - mib), 0);
  return spread === 0 ? 0 : rise / spread;
}
