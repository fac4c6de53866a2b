import { z } from "zod";
import { COST_5M } from "#jobs/rollups/rollup.ts";
import { rollUp } from "#jobs/rollups/round.ts";
import { rollUpSpans } from "#jobs/rollups/spans/round.ts";
import { type BenchApi, onBenchApi } from "#test/bench/bench-api.ts";
import { fillMonth, insertLive, MONTH } from "#test/bench/month-of-calls.ts";
import { cpuSeconds } from "#test/bench/process-cost.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const BY_DAY = `from=${MONTH.from}&to=${MONTH.to}&group_by=team,model&granularity=day`;
const LIVE_MS = 1_000;
/** The rhythm of the job of stretches, in live batches. */
const SPANS_EVERY = 60;

/**
 * `npm run bench costs -- --calls 10000000`: `/v1/costs` of a month by team, model and day, from the stretches and, as
 * baselines in the same run, from five minutes (asked before there are stretches) and from the calls; while calls of the
 * month's last hour go on being written and rolled up by what the jobs run.
 */
export async function benchMonth(given: { readonly calls: number; readonly runs: number }): Promise<void> {
  await onBenchApi(async (bench) => {
    const seconds = await fillMonth(bench.admin, given.calls);
    say(`${given.calls} calls written in ${seconds.toFixed(0)} s`);
    const began = performance.now();
    const { buckets } = await round(bench);
    say(`${buckets} buckets rolled up in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    const live = goOnWriting(bench);
    try {
      await measure(bench, "five minutes, UTC (baseline)", `${BY_DAY}&tz=UTC`, Math.min(given.runs, 10));
      const spansBegan = performance.now();
      const made = await live.makeSpans();
      say(`${made} stretches made in ${((performance.now() - spansBegan) / 1000).toFixed(0)} s`);
      say(await sizes(bench));
      for (const zone of ["UTC", "Asia/Kathmandu", "America/New_York"]) {
        await measure(bench, `stretches, ${zone}`, `${BY_DAY}&tz=${zone}`, given.runs);
      }
      await measure(bench, "stretches, one team's key", `${BY_DAY}&tz=UTC`, given.runs, bench.viewer);
      await measure(bench, "calls, UTC (baseline)", `${BY_DAY}&tz=UTC&read=calls`, Math.min(given.runs, 10));
    } finally {
      say(`written meanwhile: ${await live.stop()} batches`);
    }
    say(`the same figures from stretches and from the calls: ${await same(bench)}`);
  });
}

async function round({ admin }: BenchApi) {
  return rollUp({ clickhouse: admin, clock: () => new Date() }, COST_5M, new AbortController().signal);
}

/** Writes a second's calls every second and rolls them up, as the ingester and the jobs do. */
function goOnWriting(bench: BenchApi) {
  const ending = new AbortController();
  const seen = new Map<string, bigint>();
  let hasSpans = false;
  let batches = 0;
  const makeSpans = async () => {
    const stores = { clickhouse: bench.admin, clock: () => new Date() };
    const { turns } = await rollUpSpans(stores, seen, new AbortController().signal);
    hasSpans = true;
    return turns.reduce((sum, { spans }) => sum + spans, 0);
  };
  const loop = async () => {
    while (!ending.signal.aborted) {
      const beganMs = performance.now();
      await insertLive(bench.admin, batches);
      await round(bench);
      batches += 1;
      if (hasSpans && batches % SPANS_EVERY === 0) await makeSpans();
      const restMs = LIVE_MS - (performance.now() - beganMs);
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  };
  const looping = loop();
  return {
    makeSpans,
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
  const oursBefore = process.cpuUsage();
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await bench.ask(`/v1/costs?${query}`, key);
    times.push(performance.now() - began);
  }
  const busyMs = ((cpuSeconds(bench.clickHousePid) - busyBefore) * 1000) / runs;
  const ours = process.cpuUsage(oursBefore);
  times.sort((one, other) => one - other);
  const at = (share: number) => (times[Math.ceil(times.length * share) - 1] ?? Number.NaN).toFixed(0);
  say(
    `${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms over ${runs}, ${first.rows.length} rows of ${first.read_from}; ClickHouse ${busyMs.toFixed(0)} ms of a core a question, writing included, this program ${((ours.user + ours.system) / 1000 / runs).toFixed(0)} ms`,
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
    sql: `SELECT toString(count()) AS sums,
        (SELECT toString(sum(length(\`sums.calls\`))) FROM cost_spans_v1 FINAL) AS spans,
        (SELECT toString(sum(length(\`sums.calls\`))) FROM cost_spans_v1 FINAL WHERE starts = 0 AND ends = 86400) AS days
      FROM cost_5m`,
    row: z.object({ sums: z.string(), spans: z.string(), days: z.string() }),
  });
  return `${row?.sums} sums of five minutes; ${row?.spans} of stretches, of which a month by day reads ${row?.days} in UTC and twice as many elsewhere`;
}
