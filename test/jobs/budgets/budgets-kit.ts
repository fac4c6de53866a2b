import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { AlertRow } from "#core/alert-row.ts";
import {
  BudgetMessage,
  type BudgetStanding,
  EVALUATOR_KEY,
  type ScopeState,
} from "#core/budgets/budget-state.ts";
import { fitsFilters } from "#core/budgets/fits-filters.ts";
import { isInForce } from "#core/budgets/limit.ts";
import { windowAt } from "#core/budgets/windows.ts";
import { fallbackEstimate, fallbackRatesOf, findFallbackRate } from "#core/fallback-rates.ts";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import { BudgetSetting } from "#core/settings/budget.ts";
import { SettingsChange } from "#core/settings/change.ts";
import { readAlerts } from "#jobs/alerts/read-alerts.ts";
import type { BudgetsDeps } from "#jobs/budgets/deps.ts";
import { budgetsJob } from "#jobs/budgets/job.ts";
import { budgetMeasures } from "#jobs/budgets/measures.ts";
import type { Job } from "#jobs/job.ts";
import { keysOnTopic } from "#runtime/kafka/keys-on-topic.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { EVENT_COLUMNS, type EventFields, eventRow } from "#test/support/event-row.ts";
import { type Ground, makeGround, silent } from "#test/support/pipeline.ts";

export const never = new AbortController().signal;
export type AlertOfTest = z.output<typeof AlertRow>;

/** Real servers, a clock that the test sets, and budgets on them. */
export interface BudgetGround {
  readonly ground: Ground;
  /** The program's time. */
  now(instant: string): void;
  job(more?: Partial<BudgetsDeps>): Job;
  setBudget(said: Partial<BudgetSetting> & { readonly id: string }): Promise<void>;
  set(kind: string, id: string, value: unknown): Promise<void>;
  insert(...events: readonly EventFields[]): Promise<void>;
  /** The newest message of each key. */
  messages(): Promise<ReadonlyMap<string, Message>>;
  standing(key: string, budgetId: string): Promise<BudgetStanding | undefined>;
  alerts(): ReturnType<typeof readAlerts>;
}

type Message = z.output<typeof BudgetMessage>;

export async function budgetGround(at: string): Promise<BudgetGround> {
  const ground = await makeGround();
  let clockMs = Date.parse(at);
  const clock = () => new Date(clockMs);
  const { clickhouse, settings, producer, topics, kafka } = ground;
  const deps: BudgetsDeps = {
    ...{ clickhouse, settings, producer, clock },
    topic: topics.budgetState,
    keysOnTopic: () => keysOnTopic(kafka, topics.budgetState, silent),
    countedUntil: async () => clock(),
    alerted: () => {},
    measures: budgetMeasures(createMetrics({ defaults: false })),
    log: silent,
  };
  const set = async (kind: string, id: string, value: unknown) => {
    const state = settings.state();
    const maps = { budget: state.budgets, receiver: state.receivers, fallback_rate: state.fallbackRates };
    const version = maps[kind as keyof typeof maps].get(id)?.version ?? 0;
    const outcome = await changeSettings(
      producer,
      settings,
      SettingsChange.parse({
        ...{ kind, id, value, expected_version: version, change_id: randomUUID() },
        ...{ actor: "test", reason: "test" },
      }),
    );
    if (outcome.outcome !== "applied") throw new Error(`${outcome.outcome}: ${outcome.detail}`);
  };
  const messages = async () => {
    const found = new Map<string, Message>();
    const reader = await readTopic(kafka, {
      topic: topics.budgetState,
      log: silent,
      onRecord: ({ key, value }) => {
        if (value === null) found.delete(String(key));
        else found.set(String(key), BudgetMessage.parse(JSON.parse(value.toString())));
      },
    });
    await reader.stop();
    return found;
  };
  return {
    ground,
    now: (instant) => {
      clockMs = Date.parse(instant);
    },
    job: (more = {}) => budgetsJob({ ...deps, ...more }),
    setBudget: (said) => set("budget", said.id, budget(said)),
    set,
    insert: (...events) =>
      clickhouse.insert({
        table: "events_v1",
        columns: EVENT_COLUMNS,
        rows: events.map(eventRow),
        token: randomUUID(),
      }),
    messages,
    standing: async (key, budgetId) => {
      const message = (await messages()).get(key);
      return message?.type === "scope"
        ? message.budgets.find(({ budget_id }) => budget_id === budgetId)
        : undefined;
    },
    alerts: async () => [
      ...(await readAlerts(clickhouse, "budget_actual", never)),
      ...(await readAlerts(clickhouse, "budget_forecast", never)),
    ],
  };
}

/** A budget of 100 dollars a month for team `search`, in what is not said. */
export function budget(
  said: Partial<z.input<typeof BudgetSetting>> & { readonly id: string },
): BudgetSetting {
  return BudgetSetting.parse({
    scope: { kind: "team", id: "search" },
    amount_usd: "100",
    period: { kind: "month" },
    ...said,
  });
}

const TextRow = z.looseObject({
  event_time: z.string(),
  sign: z.coerce.number(),
  tags: z.array(z.string()),
  cost_usd: z.string().nullable(),
  list_usd: z.string().nullable(),
  cost_status: z.string(),
});

/** Every call as it counts now, with what budgets look at; the reckoning of tests reads nothing else. */
export async function callsNow(ground: Ground) {
  const rows = await ground.clickhouse.query({
    name: "test_calls",
    sql: `SELECT toString(event_time) AS event_time, sign, organization, cost_center, team, user_ref, api_key, tags, model,
            model_canonical, platform, gateway, toString(cost_usd) AS cost_usd, toString(list_usd) AS list_usd, cost_status, input_tokens, cache_read_tokens,
            cache_write_5m_tokens, cache_write_1h_tokens, cache_write_tokens, output_tokens
          FROM events_v1 FINAL WHERE kind IN ('response', 'part') AND role = 'ledger'
          SETTINGS do_not_merge_across_partitions_select_final = 1`,
    row: TextRow,
  });
  return rows.map((row) => Object.assign(row, { ms: Date.parse(`${row.event_time.replace(" ", "T")}Z`) }));
}

type Call = Awaited<ReturnType<typeof callsNow>>[number];

/** What a budget's scope, or one member of it, has spent in the window of a moment: a walk over all calls. */
export function spentByHand(
  calls: readonly Call[],
  setting: BudgetSetting,
  member: string | null,
  atMs: number,
  rates: ReturnType<typeof fallbackRatesOf> = [],
): string {
  const { fromMs, toMs } = windowAt(setting.period, atMs);
  const { scope } = setting;
  let sum = 0n;
  for (const call of calls) {
    if (call.ms < fromMs || call.ms >= toMs) continue;
    const is = {
      all: () => true,
      organization: (id: string) => call["organization"] === id,
      cost_center: (id: string) => call["cost_center"] === id,
      team: (id: string) => call["team"] === id,
      tag: (id: string) => call.tags.includes(id),
      user: (id: string) => call["user_ref"] === id,
      key: (id: string) => call["api_key"] === id,
    }[scope.kind]("id" in scope ? scope.id : "");
    const named = call as unknown as Parameters<typeof fitsFilters>[1];
    if (!is || !fitsFilters(setting.filters, named)) continue;
    if (member !== null && call["user_ref"] !== member) continue;
    const stated = (setting.basis === "list" ? call.list_usd : null) ?? call.cost_usd;
    const cost = stated === null ? 0n : units(stated);
    const model = String(call["model_canonical"] || call["model"]);
    const platform = String(call["platform"]);
    const rate =
      call.cost_status === "unpriced" ? findFallbackRate(rates, { model, platform, atMs: call.ms }) : null;
    sum += BigInt(call.sign) * (cost + (rate === null ? 0n : fallbackEstimate(rate, metersOf(call))));
  }
  return formatMoney(sum as Money);
}

function metersOf(call: Call) {
  const names = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write", "output"];
  return Object.fromEntries(
    names.map((name) => {
      const value = call[`${name}_tokens`];
      return [`${name}_tokens`, value === null ? null : BigInt(String(value))];
    }),
  );
}

function units(text: string): bigint {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(text);
  return read.value;
}

export { EVALUATOR_KEY, fallbackRatesOf, isInForce, type ScopeState };
