import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { BudgetSetting } from "#core/settings/budget.ts";
import { followBudgetState } from "#runtime/budgets/follow-budget-state.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { setBudgets } from "#test/bench/bench-budgets.ts";
import { endChild, startIngester } from "#test/bench/drain.ts";
import { BENCH_TOPICS, type BenchGround, onBenchGround } from "#test/bench/ground.ts";
import { startJobs } from "#test/bench/jobs-program.ts";
import { cheapLiveRecords } from "#test/bench/live-records.ts";
import { startSteadyLoad } from "#test/bench/steady-load.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const log = createLog("bench", "error");
const LOOK_MS = 20;
const WARM_UP_MS = 15_000;
const BOUND_MS = 60_000;

/**
 * `npm run bench overshoot -- --rounds 10 --rate 50 --limit 5`: a team spends at a steady rate until the topic of budgets
 * says `deny`, and stops. How far it is over its limit then, beside burn rate times lag, which is the bound that
 * docs/decisions-api.md derives; lag is from what the denial says that is counted to the moment it was read.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "10" },
      rate: { type: "string", default: "50" },
      limit: { type: "string", default: "5" },
    },
  });
  const [rounds, rate] = [Number(values.rounds), Number(values.rate)];
  await onBenchGround(async (ground) => {
    const kafka = { brokers: ground.brokers, clientId: "bench" };
    const producer = await createProducer(kafka, log);
    const settings = await followSettings({ kafka, topic: BENCH_TOPICS.settings, log });
    await setBudgets(producer, settings, budgetsOf(rounds, values.limit));
    const [ingester, jobs] = [startIngester(ground), startJobs(ground)];
    const metrics = createMetrics({ defaults: false });
    const state = await followBudgetState({ kafka, topic: BENCH_TOPICS.budgetState, log, metrics });
    await pause(WARM_UP_MS);
    say(`${rate} calls a second until a hard limit of ${values.limit} USD denies.`);
    say("round   burn USD/s   lag ms   over USD   bound USD   over/bound");
    for (let round = 0; round < rounds; round++) {
      const team = `burn-${round}`;
      const records = cheapLiveRecords(team);
      const beganMs = Date.now();
      const load = startSteadyLoad(producer, rate, () => records.next().value);
      let denied = state.scope(`team:${team}`);
      while (denied?.budgets[0]?.verdict !== "deny") {
        if (Date.now() - beganMs > BOUND_MS) throw new Error(`${team} was never denied`);
        await pause(LOOK_MS);
        denied = state.scope(`team:${team}`);
      }
      const deniedMs = Date.now();
      await load.stop();
      const lagMs = deniedMs - Date.parse(denied.data_until ?? denied.as_of);
      const spent = await spentAtLast(ground, team);
      const burn = spent / ((deniedMs - beganMs) / 1000);
      const [over, bound] = [spent - Number(values.limit), (burn * lagMs) / 1000];
      say(
        [
          String(round).padEnd(5),
          burn.toFixed(3).padStart(12),
          String(lagMs).padStart(8),
          over.toFixed(3).padStart(10),
          bound.toFixed(3).padStart(11),
          (over / bound).toFixed(2).padStart(12),
        ].join(" "),
      );
    }
    await state.stop();
    await Promise.all([endChild(ingester), endChild(jobs)]);
    await settings.stop();
    await producer.close();
  });
}

function budgetsOf(rounds: number, amount_usd: string): readonly BudgetSetting[] {
  return Array.from({ length: rounds }, (_, round) =>
    BudgetSetting.parse({
      ...{ id: `burn-${round}`, scope: { kind: "team", id: `burn-${round}` }, period: { kind: "month" } },
      ...{ amount_usd, hard_limit: true, thresholds: { actual: [100], forecast: [] }, receivers: [] },
    }),
  );
}

/** What the team has spent once all that it sent is counted: the sum of two looks that agree. */
async function spentAtLast({ admin }: BenchGround, team: string): Promise<number> {
  let last = "";
  for (;;) {
    await pause(2_500);
    const [row] = await admin.query({
      name: "bench_spent",
      sql: "SELECT toString(ifNull(sum(sign * cost_usd), 0)) AS cost FROM calls WHERE team = {team:String}",
      params: { team },
      row: z.object({ cost: z.string() }),
    });
    if (row !== undefined && row.cost === last) return Number(last);
    last = row?.cost ?? "";
  }
}
