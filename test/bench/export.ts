import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { download } from "#cli/export/download.ts";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { CALL_COLUMNS } from "#query-api/exports/call-columns.ts";
import { type BenchApi, onBenchApi } from "#test/bench/bench-api.ts";
import { endChild } from "#test/bench/drain.ts";
import { fillMonth, MONTH } from "#test/bench/month-of-calls.ts";
import { cpuSeconds, memoryMib } from "#test/bench/process-cost.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const SAMPLE_MS = 100;
const TENTH = { from: MONTH.from, to: "2026-10-04" } as const;
const Told = z.object({ row_count: z.int(), sums: z.record(z.string(), z.string()) });

interface Measured {
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly nodeCpu: number;
  readonly clickHouseCpu: number;
  readonly restMib: number;
  readonly peakMib: number;
  readonly cost: string;
}

/**
 * `npm run bench export -- --calls 5000000 [--format csv --format parquet]`: an export of a month's calls from an API
 * that is a process of its own, its resident size looked at ten times a second; first of a tenth of the rows, so that it
 * is seen whether memory follows their number. Baseline of the same run: the same columns straight from the store's
 * own `FORMAT CSV` to a file, in no order and without manifest, guard or check.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: "string", default: "1000000" },
      format: { type: "string", multiple: true, default: ["csv"] },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-bench-export-"));
  try {
    await onBenchApi(async (bench) => {
      const seconds = await fillMonth(bench.admin, Number(values.calls));
      say(`${values.calls} calls written in ${seconds.toFixed(0)} s`);
      say(
        "arm                     rows       MB  seconds   rows/s  node cpu-s/M  clickhouse cpu-s/M  rest MiB  peak MiB",
      );
      const costs = new Set<string>();
      for (const format of values.format) {
        const { child, access } = await startProgram(bench.url);
        try {
          for (const [name, range] of [
            ["a tenth", TENTH],
            ["month", MONTH],
          ] as const) {
            const measured = await measure(
              bench,
              child,
              access,
              { format, ...range },
              join(folder, `${name}.${format}`),
            );
            say(line(`${format}, ${name}`, measured));
            if (range === MONTH) costs.add(measured.cost);
          }
        } finally {
          await endChild(child);
        }
      }
      const baseline = await straight(bench, join(folder, "straight.csv"));
      say(line("FORMAT CSV (baseline)", baseline));
      const total = await bench.ask(`/v1/costs?from=${MONTH.from}&to=${MONTH.to}&read=calls`, bench.finance);
      const amount = z.object({ totals: z.object({ cost: z.object({ amount: z.string() }) }) }).parse(total);
      costs.add(amount.totals.cost.amount);
      say(`cost by the manifests and by /v1/costs: ${[...costs].join(" and ")}`);
      if (costs.size !== 1) throw new Error("the sums differ");
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startProgram(clickHouseUrl: string) {
  const child = spawn(
    process.execPath,
    [...nodeFlags("api", process.env), "test/bench/export-program.ts", clickHouseUrl, "spendtrail"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  const { url, key } = JSON.parse(chunk.toString()) as { url: string; key: string };
  return { child, access: { base: url, key } };
}

async function measure(
  bench: BenchApi,
  child: ChildProcess,
  access: { base: string; key: string },
  asked: Readonly<Record<string, string>>,
  file: string,
): Promise<Measured> {
  const pid = child.pid ?? 0;
  const url = new URL("/v1/exports/costs", access.base);
  url.search = new URLSearchParams(asked).toString();
  const restMib = memoryMib(pid);
  let peakMib = restMib;
  const sampling = setInterval(() => {
    peakMib = Math.max(peakMib, memoryMib(pid));
  }, SAMPLE_MS);
  const [nodeBefore, storeBefore, beganMs] = [
    cpuSeconds(pid),
    cpuSeconds(bench.clickHousePid),
    performance.now(),
  ];
  const { bytes, manifest } = await download(access, url, file, () => {}).finally(() =>
    clearInterval(sampling),
  );
  const seconds = (performance.now() - beganMs) / 1000;
  const { row_count, sums } = Told.parse(manifest);
  rmSync(file);
  return {
    rows: row_count,
    bytes,
    seconds,
    nodeCpu: cpuSeconds(pid) - nodeBefore,
    clickHouseCpu: cpuSeconds(bench.clickHousePid) - storeBefore,
    restMib,
    peakMib,
    cost: sums["cost_usd"] ?? "",
  };
}

/** What one would write without us: one statement, its answer piped to a file. */
async function straight({ url, clickHousePid }: BenchApi, file: string): Promise<Measured> {
  const columns = CALL_COLUMNS.map(({ name, sql }) => `${sql} AS \`${name}\``).join(",\n");
  const statement = `SELECT ${columns} FROM all_calls(from = '${MONTH.from} 00:00:00', to = '${MONTH.to} 00:00:00') FORMAT CSVWithNames`;
  const [storeBefore, beganMs] = [cpuSeconds(clickHousePid), performance.now()];
  const asked = request(`${url}/?database=spendtrail`, {
    method: "POST",
    headers: { "x-clickhouse-user": "admin", "x-clickhouse-key": TEST_PASSWORD },
  });
  asked.end(statement);
  const [answer] = await once(asked, "response");
  if (answer.statusCode !== 200) throw new Error(`the baseline was refused: ${answer.statusCode}`);
  let rows = -1;
  await pipeline(
    answer,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) rows += 1;
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  const seconds = (performance.now() - beganMs) / 1000;
  const clickHouseCpu = cpuSeconds(clickHousePid) - storeBefore;
  const nothing = { nodeCpu: 0, restMib: 0, peakMib: 0, cost: "" };
  return { ...nothing, rows, bytes: statSync(file).size, seconds, clickHouseCpu };
}

function line(name: string, of: Measured): string {
  const perMillion = (cpu: number) => ((cpu / of.rows) * 1e6).toFixed(1);
  return [
    name.padEnd(22),
    String(of.rows).padStart(9),
    (of.bytes / 1e6).toFixed(0).padStart(8),
    of.seconds.toFixed(1).padStart(8),
    String(Math.round(of.rows / of.seconds)).padStart(8),
    perMillion(of.nodeCpu).padStart(13),
    perMillion(of.clickHouseCpu).padStart(19),
    of.restMib.toFixed(0).padStart(9),
    of.peakMib.toFixed(0).padStart(9),
  ].join(" ");
}
