import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { BudgetSetting } from "#core/settings/budget.ts";
import { planImport } from "#core/settings/import-plan.ts";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { benchBudgets, setBudgets } from "#test/bench/bench-budgets.ts";
import { endChild, startIngester } from "#test/bench/drain.ts";
import { BENCH_TOPICS, onBenchGround } from "#test/bench/ground.ts";
import { startJobs } from "#test/bench/jobs-program.ts";
import { cheapLiveRecords, liveRecords } from "#test/bench/live-records.ts";
import { cpuSeconds } from "#test/bench/process-cost.ts";
import { startSteadyLoad } from "#test/bench/steady-load.ts";
import { SECRETS } from "#test/jobs/deliveries/deliveries-kit.ts";
import { startReceiver } from "#test/jobs/deliveries/receiver-server.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const log = createLog("bench", "error");
const TICK_MS = 50;
const WARM_UP_MS = 15_000;
/** From one probe to the next. */
const PROBE_MS = 500;
const LATEST_MS = 60_000;
const USERS = Array.from({ length: 40 }, (_, at) => `u_${String(at).padStart(32, "0")}`);

/**
 * `npm run bench crossing -- --rate 1000 --budgets 10000 --seconds 60`: from the moment at which a record that crosses a
 * threshold is handed to the producer until a receiver's HTTP server hears of it, while records of other teams flow.
 * Everything is real and on this machine: the ingester and the jobs as programs, Kafka, ClickHouse. Two arms in one run:
 * with the probes' budgets alone (the baseline), and with as many more as are asked for.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: "string", default: "1000" },
      budgets: { type: "string", default: "10000" },
      seconds: { type: "string", default: "60" },
    },
  });
  const [rate, budgets, seconds] = [Number(values.rate), Number(values.budgets), Number(values.seconds)];
  const count = Math.floor((seconds * 1000) / PROBE_MS);
  const server = await startReceiver();
  await onBenchGround(async (ground) => {
    const kafka = { brokers: ground.brokers, clientId: "bench" };
    const producer = await createProducer(kafka, log);
    const settings = await followSettings({ kafka, topic: BENCH_TOPICS.settings, log });
    const receiver = ReceiverSetting.parse({
      id: "hook",
      type: "webhook",
      url: server.url,
      secrets: ["new"],
    });
    const plan = planImport("receiver", settings.state().receivers, [receiver]);
    const [set] = await applyPlan(producer, settings, plan, { actor: "bench", reason: "bench" });
    if (set?.outcome !== "applied") throw new Error(`the receiver was not set: ${set?.detail}`);
    await setBudgets(producer, settings, probeBudgets(count * 2));
    const [ingester, jobs] = [
      startIngester(ground),
      startJobs(ground, {
        SPENDTRAIL_RECEIVERS_ALLOW: server.allow,
        SPENDTRAIL_RECEIVERS_SECRETS: JSON.stringify(SECRETS),
      }),
    ];
    const load = startSteadyLoad(producer, rate, () => records.next().value);
    say(`${rate} records a second; a probe every ${PROBE_MS} ms, ${count} an arm.`);
    say("budgets   heard    p50 ms    p95 ms    p99 ms    max ms  jobs cores  store cores");
    const arm = async (name: string, first: number) => {
      await pause(WARM_UP_MS);
      const cpu = () => [
        cpuSeconds(jobs.pid ?? 0),
        cpuSeconds(ground.clickHousePid),
        performance.now() / 1000,
      ];
      const before = cpu();
      const sentMs = new Map<string, number>();
      for (let probe = first; probe < first + count; probe++) {
        sentMs.set(`probe-${probe}`, Date.now());
        await producer.send(BENCH_TOPICS.records, probeRecords(probe));
        await pause(PROBE_MS);
      }
      const used = cpu().map((now, at) => now - (before[at] ?? 0));
      const waits = await heardOf(server.heard, sentMs);
      say(line(name, waits, count, used));
    };
    await arm(String(count * 2), 0);
    const more = benchBudgets(budgets, { users: USERS, keys: [], teams: TEAMS, models: MODELS });
    await setBudgets(producer, settings, more);
    await arm(String(count * 2 + budgets), count);
    await load.stop();
    await Promise.all([endChild(ingester), endChild(jobs)]);
    await settings.stop();
    await producer.close();
  });
  await server.close();
}

const TEAMS = Array.from({ length: 200 }, (_, at) => `team-${at}`);
const MODELS = Array.from({ length: 12 }, (_, at) => `claude-${at}*`);

/** Any cost at all crosses. */
function probeBudgets(count: number): readonly BudgetSetting[] {
  return Array.from({ length: count }, (_, at) =>
    BudgetSetting.parse({
      id: `probe-${at}`,
      scope: { kind: "team", id: `probe-${at}` },
      amount_usd: "0.000000000001",
      period: { kind: "month" },
      thresholds: { actual: [100], forecast: [] },
      receivers: ["hook"],
    }),
  );
}

const probes = liveRecords();
const records = cheapLiveRecords();
const Record = z.looseObject({ metadata: z.looseObject({}) });

/** Some calls of a team of the probe's own: of six of the generator's at least one costs something. */
function probeRecords(probe: number): readonly OutgoingRecord[] {
  return Array.from({ length: 6 }, (_, at) => {
    const { value, ...rest } = probes.next().value;
    const record = Record.parse(JSON.parse(String(value)));
    const metadata = { ...record.metadata, user_api_key_team_id: `probe-${probe}` };
    return {
      ...rest,
      value: Buffer.from(JSON.stringify({ ...record, metadata, id: `probe-${probe}-${at}` })),
    };
  });
}

type Heard = Awaited<ReturnType<typeof startReceiver>>["heard"];

/** How long each probe took to be heard of; waits for the last ones. */
async function heardOf(heard: Heard, sentMs: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const deadline = Date.now() + LATEST_MS;
  for (;;) {
    const waits = new Map<string, number>();
    for (const { json, atMs } of heard) {
      const sent = sentMs.get(json.data.labels.budget_id);
      if (sent !== undefined && !waits.has(json.data.labels.budget_id))
        waits.set(json.data.labels.budget_id, atMs - sent);
    }
    if (waits.size === sentMs.size || Date.now() > deadline) return [...waits.values()];
    await pause(TICK_MS);
  }
}

function line(name: string, waits: readonly number[], probes: number, used: readonly number[]): string {
  const sorted = waits.toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(0);
  const [jobs = 0, store = 0, seconds = 1] = used;
  return [
    name.padEnd(8),
    `${sorted.length}/${probes}`.padStart(8),
    ...[0.5, 0.95, 0.99, 1].map((share) => at(share).padStart(9)),
    (jobs / seconds).toFixed(2).padStart(11),
    (store / seconds).toFixed(2).padStart(12),
  ].join(" ");
}
