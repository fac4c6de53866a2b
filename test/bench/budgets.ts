import { parseArgs } from "node:util";
import { z } from "zod";
import { scopeKey } from "#core/budgets/budget-state.ts";
import { windowAt } from "#core/budgets/windows.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import { budgetsJob } from "#jobs/budgets/job.ts";
import { budgetMeasures } from "#jobs/budgets/measures.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { OutgoingRecord, Producer } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { benchBudgets, setBudgets } from "#test/bench/bench-budgets.ts";
import { BENCH_TOPICS, type BenchGround, onBenchGround } from "#test/bench/ground.ts";
import { fillMonth, insertLive, MODELS, TEAMS } from "#test/bench/month-of-calls.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const log = createLog("bench", "error");
/** Within the month that is filled, so that all of it is in a window. */
const NOW = Date.UTC(2026, 9, 31, 23);
const SAMPLE = 200;

/**
 * `npm run bench budgets -- --calls 10000000 --budgets 10000`: how long a leader takes until every budget is told right
 * that has a month of calls behind it: where budgets were never watched, after a restart, and a round with a
 * second's new calls; beside them a plain sum of the same calls by person and day as the baseline.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { calls: { type: "string", default: "1000000" }, budgets: { type: "string", default: "10000" } },
  });
  const [calls, count] = [Number(values.calls), Number(values.budgets)];
  await onBenchGround(async (ground) => {
    say(`${calls} calls of a month filled in ${(await fillMonth(ground.admin, calls)).toFixed(0)} s.`);
    const kafka = { brokers: ground.brokers, clientId: "bench" };
    const producer = await createProducer(kafka, log);
    const settings = await followSettings({ kafka, topic: BENCH_TOPICS.settings, log });
    const names = (prefix: string, many: number) => Array.from({ length: many }, (_, at) => `${prefix}${at}`);
    const budgets = benchBudgets(count, {
      // People of that month have plain names, not pseudonyms; a setting of them would be refused.
      ...{ users: [], keys: names("key-", 100), teams: names("team-", TEAMS) },
      models: [...names("model-", MODELS), ...names("none-", 20)],
    });
    await setBudgets(producer, settings, budgets);
    say(`${count} budgets set.`);
    const told = new Map<string, unknown>();
    const job = () =>
      budgetsJob({
        clickhouse: ground.admin,
        settings,
        producer: remembering(producer, told),
        topic: BENCH_TOPICS.budgetState,
        keysOnTopic: async () => new Set(),
        countedUntil: async () => null,
        alerted: () => {},
        measures: budgetMeasures(createMetrics({ defaults: false })),
        log,
        clock: () => new Date(NOW),
      });
    say("what                          seconds  x baseline");
    const baseline = await timed(() => plainSum(ground));
    const arm = (name: string, seconds: number) =>
      say(
        `${name.padEnd(28)} ${seconds.toFixed(2).padStart(8)} ${(seconds / baseline).toFixed(2).padStart(11)}`,
      );
    arm("baseline: one plain sum", baseline);
    const first = job();
    arm("never watched before", await timed(() => first.run(never)));
    await check(ground, budgets, told);
    // What a leader does in the rounds that follow: a day of the month each.
    arm(
      "the 40 rounds after it",
      await timed(async () => {
        for (let round = 0; round < 40; round++) await first.run(never);
      }),
    );
    const running = job();
    told.clear();
    arm("after a restart", await timed(() => running.run(never)));
    await check(ground, budgets, told);
    const rounds: number[] = [];
    for (let batch = 0; batch < 20; batch++) {
      await insertLive(ground.admin, batch);
      rounds.push(await timed(() => running.run(never)));
    }
    arm("a round with new calls (p50)", rounds.toSorted((one, other) => one - other)[10] ?? Number.NaN);
    await settings.stop();
    await producer.close();
  });
}

const never = new AbortController().signal;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** What anybody would ask: the month by key and day. */
async function plainSum({ admin }: BenchGround): Promise<void> {
  await admin.query({
    name: "bench_plain",
    sql: "SELECT api_key, toDate(event_time) AS day, toString(sum(sign * cost_usd)) AS cost FROM calls GROUP BY ALL",
    row: z.object({ api_key: z.string(), day: z.string(), cost: z.string().nullable() }),
  });
}

/** Some of the budgets against a sum of their own over the calls. */
async function check(
  { admin }: BenchGround,
  budgets: readonly BudgetSetting[],
  told: ReadonlyMap<string, unknown>,
): Promise<void> {
  let spent = 0;
  for (let at = 0; at < budgets.length; at += Math.ceil(budgets.length / SAMPLE)) {
    const budget = budgets[at] as BudgetSetting;
    const { fromMs, toMs } = windowAt(budget.period, NOW);
    const scope = budget.scope as { kind: "team" | "key"; id: string };
    const [row] = await admin.query({
      name: "bench_check",
      sql: `SELECT toString(ifNull(sum(sign * cost_usd), 0)) AS cost FROM calls
            WHERE ${scope.kind === "team" ? "team" : "api_key"} = {id:String} AND (empty({models:Array(String)}) OR model IN {models:Array(String)})
              AND event_time >= fromUnixTimestamp64Milli({from:Int64}) AND event_time < fromUnixTimestamp64Milli({to:Int64})`,
      params: { id: scope.id, models: budget.filters.models, from: fromMs, to: toMs },
      row: z.object({ cost: z.string() }),
    });
    const message = told.get(scopeKey(budget.scope, null)) as
      | { budgets: { budget_id: string; spent_usd: string }[] }
      | undefined;
    const here = message?.budgets.find(({ budget_id }) => budget_id === budget.id)?.spent_usd;
    if (here !== row?.cost) throw new Error(`budget ${budget.id}: told ${here}, the calls say ${row?.cost}`);
    if (here !== "0") spent += 1;
  }
  say(`  ${SAMPLE} budgets compared with sums of their own, ${spent} of them with spend: no difference`);
}

/** Sends, and keeps the newest message of each key. */
function remembering(producer: Producer, told: Map<string, unknown>): Pick<Producer, "send"> {
  return {
    send: (topic, records: readonly OutgoingRecord[]) => {
      for (const { key, value } of records)
        told.set(String(key), value === null ? null : (JSON.parse(String(value)) as unknown));
      return producer.send(topic, records);
    },
  };
}
