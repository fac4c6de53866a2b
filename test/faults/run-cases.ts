import { type CaseReport, type FaultCase, faultsOf } from "#test/faults/case.ts";
import { type Field, openField } from "#test/faults/field.ts";
import { createRandom } from "#test/faults/random.ts";
import { type Servers, startServers } from "#test/faults/servers.ts";

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly report: CaseReport | null;
  /** Why it failed; empty where it passed. */
  readonly faults: readonly string[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly isShort: boolean;
  /** Cases at a time. */
  readonly lanes: number;
  /** The tree whose programs run. */
  readonly root: string;
  say(line: string): void;
}

/**
 * Runs cases, as many at a time as there are lanes; each lane has servers of its own, which the cases share that need no
 * others. Most of a case is waiting: for sessions to end, for programs to start.
 */
export async function runCases(
  cases: readonly FaultCase[],
  options: RunOptions,
): Promise<readonly CaseResult[]> {
  const waiting = [...cases];
  const results: CaseResult[] = [];
  const lane = async () => {
    let shared: Servers | null = null;
    try {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        if (process.stderr.isTTY) process.stderr.write(`${one.id} ${one.title} …\n`);
        const own = one.servers === undefined ? null : await one.servers();
        if (own === null) shared ??= await startServers();
        const servers = own ?? shared;
        if (servers === null) throw new Error("the servers have been started");
        const result = await runCase(one, servers, options);
        await own?.stop();
        results.push(result);
        options.say(lineOf(result));
        if (result.faults.length > 0)
          for (const words of result.report?.lastWords ?? [])
            options.say(`       an ingester ended: ${words}`);
      }
    } finally {
      await shared?.stop();
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return results.toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

async function runCase(one: FaultCase, servers: Servers, options: RunOptions): Promise<CaseResult> {
  const { id, title } = one;
  const startMs = performance.now();
  // A case of its own seed: running one alone is running the same.
  const random = createRandom(options.seed + Number(id.slice(1)));
  const fields: Field[] = [];
  const lostBefore = servers.lostClickHouses();
  const done = (report: CaseReport | null, faults: readonly string[]): CaseResult => ({
    ...{ id, title, report, faults },
    seconds: (performance.now() - startMs) / 1000,
  });
  try {
    const report = await one.run({
      ...{ servers, random, isShort: options.isShort, root: options.root },
      open: async (more) => {
        const field = await openField(servers, random, more);
        fields.push(field);
        return field;
      },
    });
    const lost = servers.lostClickHouses() - lostBefore;
    const faults = lost > 0 ? `${report.faults}, ${lost} ends of ClickHouse by itself` : report.faults;
    return done({ ...report, faults }, faultsOf(report));
  } catch (error) {
    return done(null, [error instanceof Error ? error.message : String(error)]);
  } finally {
    servers.clickHouseProxy.set({});
    servers.kafkaProxy.set({});
    await Promise.all(fields.map((field) => field.close()));
  }
}

function lineOf({ id, title, report, faults, seconds }: CaseResult): string {
  const state = faults.length === 0 ? "passed" : `FAILED: ${faults.join("; ")}`;
  const facts =
    report === null
      ? ""
      : ` (${report.load}; ${report.faults}; back after ${report.recoveryS.toFixed(1)} s; ${report.peakMib.toFixed(0)} MiB)`;
  return `${id.padEnd(4)} ${seconds.toFixed(0).padStart(4)} s  ${title}${facts}: ${state}`;
}
