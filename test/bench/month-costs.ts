import { z } from "zod";
import { COST_5M } from "#jobs/rollups/rollup.ts";
import { rollUp } from "#jobs/rollups/round.ts";
import { type BenchApi, onBenchApi } from "#test/bench/bench-api.ts";
import { fillMonth, insertLive, MONTH } from "#test/bench/month-of-calls.ts";
import { cpuSeconds } from "#test/bench/process-cost.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const BY_DAY = `from=${MONTH.from}&to=${MONTH.to}&group_by=team,model&granularity=day`;
const LIVE_MS = 1_000;

/**
 * `npm run bench costs -- --calls 10000000`: `/v1/costs` of a month by team, model and day, from the rollups and, as
 * the baseline in the same run, from the calls; while calls of this moment go on being written and rolled up.
 */
export async function benchMonth(given: { readonly calls: number; readonly runs: number }): Promise<void> {
  await onBenchApi(async (bench) => {
    const seconds = await fillMonth(bench.admin, given.calls);
    say(`${given.calls} calls written in ${seconds.toFixed(0)} s`);
    const began = performance.now();
    const { buckets } = await round(bench);
    say(`${buckets} buckets rolled up in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    say(await sizes(bench));
    const live = goOnWriting(bench);
    try {
      for (const zone of ["UTC", "Asia/Kathmandu", "America/New_York"]) {
        await measure(bench, `rollups, ${zone}`, `${BY_DAY}&tz=${zone}`, given.runs);
      }
      await measure(bench, "rollups, one team's key", `${BY_DAY}&tz=UTC`, given.runs, bench.viewer);
      await measure(bench, "calls, UTC (baseline)", `${BY_DAY}&tz=UTC&read=calls`, Math.min(given.runs, 10));
    } finally {
      say(`written meanwhile: ${await live.stop()} batches`);
    }
    say(`the same figures from both: ${await same(bench)}`);
  });
}

async function round({ admin }: BenchApi) {
  return rollUp({ clickhouse: admin, clock: () => new Date() }, COST_5M, new AbortController().signal);
}

/** Writes a second's calls every second and rolls them up, as the ingester and the job do. */
function goOnWriting(bench: BenchApi) {
  const ending = new AbortController();
  let batches = 0;
  const loop = async () => {
    while (!ending.signal.aborted) {
      const beganMs = performance.now();
      await insertLive(bench.admin, batches);
      await round(bench);
      batches += 1;
      const restMs = LIVE_MS - (performance.now() - beganMs);
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  };
  const looping = loop();
  return {
    stop: async () => {
      ending.abort();
      await looping;
      return batches;
    },
  };
}

async function measure(bench: BenchApi, name: string, query: string, runs: number, key = bench.finance) {
  const first = await bench.ask(`/v1/costs?${query}`, key);
  const times: number[] = [];
  const busyBefore = cpuSeconds(bench.clickHousePid);
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await bench.ask(`/v1/costs?${query}`, key);
    times.push(performance.now() - began);
  }
  const busyMs = ((cpuSeconds(bench.clickHousePid) - busyBefore) * 1000) / runs;
  times.sort((one, other) => one - other);
  const at = (share: number) => (times[Math.ceil(times.length * share) - 1] ?? Number.NaN).toFixed(0);
  say(
    `${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms over ${runs}; ${first.rows.length} rows of ${first.read_from}; ClickHouse ${busyMs.toFixed(0)} ms of a core per question, writing included`,
  );
}

/** Whether both give the same answer, once nothing is written any more. */
async function same(bench: BenchApi): Promise<boolean> {
  const [rolled, raw] = await Promise.all(
    ["auto", "calls"].map((read) => bench.ask(`/v1/costs?${BY_DAY}&order=name&read=${read}`, bench.finance)),
  );
  const figures = (rows: readonly Record<string, unknown>[] = []) =>
    JSON.stringify(rows.map((row) => ({ ...row, requests: null })));
  return figures(rolled?.rows) === figures(raw?.rows);
}

async function sizes({ admin }: BenchApi): Promise<string> {
  const [row] = await admin.query({
    name: "bench_sizes",
    sql: `SELECT toString(count()) AS sums FROM cost_5m`,
    row: z.object({ sums: z.string() }),
  });
  return `${row?.sums ?? 0} sums in the rollup`;
}
