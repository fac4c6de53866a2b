import { randomBytes, randomUUID } from "node:crypto";
import type { ScopeState } from "#core/budgets/budget-state.ts";
import { windowAt } from "#core/budgets/windows.ts";
import { BudgetSetting } from "#core/settings/budget.ts";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { BENCH_TOPICS } from "#test/bench/ground.ts";

const CHUNK = 1_000;

/** Every third team is over its limit, so that half the work is not the shortest answer. */
export function isOver(n: number): boolean {
  return n % 3 === 0;
}

/** Writes the settings of so many budgets, a key, and how each of them stands. */
export async function writeBudgets(producer: Producer, scopes: number): Promise<{ readonly token: string }> {
  const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), { label: "bench", role: "gateway" });
  const change = (kind: string, id: string, value: object) => ({
    ...{ kind, id, value, expected_version: 0, change_id: randomUUID(), actor: "bench", reason: "bench" },
  });
  const budgets = Array.from({ length: scopes }, (_, n) => budgetOf(n));
  await sendAll(producer, BENCH_TOPICS.settings, [
    { key: null, value: change("key", setting.id, setting) },
    ...budgets.map((budget) => ({ key: null, value: change("budget", budget.id, budget) })),
  ]);
  await sendAll(
    producer,
    BENCH_TOPICS.budgetState,
    budgets.map((budget, n) => ({ key: `team:team-${n}`, value: standingOf(budget, n) })),
  );
  await tellAlive(producer, scopes);
  return { token };
}

/** That somebody reckons, as the jobs tell it every second. */
export async function tellAlive(producer: Producer, scopes: number): Promise<void> {
  const now = new Date().toISOString();
  const value = { type: "evaluator", as_of: now, data_until: now };
  await sendAll(producer, BENCH_TOPICS.budgetState, [
    { key: "evaluator", value: { ...value, settings_offset: String(scopes), budgets: scopes } },
  ]);
}

function budgetOf(n: number): BudgetSetting {
  return BudgetSetting.parse({
    ...{ id: `budget-${n}`, scope: { kind: "team", id: `team-${n}` }, amount_usd: "100", hard_limit: true },
    period: { kind: "month", zone: "Europe/Berlin" },
  });
}

function standingOf(budget: BudgetSetting, n: number): ScopeState {
  const now = new Date();
  const { fromMs, toMs } = windowAt(budget.period, now.getTime());
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const figures = { limit_usd: "100", spent_usd: isOver(n) ? "100.25" : "10.5", estimated_usd: "0" };
  return {
    ...{ type: "scope", scope: { kind: "team", id: `team-${n}` }, member: null },
    ...{ as_of: now.toISOString(), data_until: now.toISOString(), settings_offset: "0" },
    budgets: [
      {
        ...{ budget_id: budget.id, version: 1, from, to, ...figures, forecast_usd: null },
        ...{ crossed: isOver(n) ? [50, 80, 95, 100] : [], verdict: isOver(n) ? "deny" : "allow" },
      },
    ],
  };
}

async function sendAll(
  producer: Producer,
  topic: string,
  messages: readonly { readonly key: string | null; readonly value: object }[],
): Promise<void> {
  for (let at = 0; at < messages.length; at += CHUNK)
    await producer.send(
      topic,
      messages.slice(at, at + CHUNK).map(({ key, value }) => ({
        ...{ key, value: Buffer.from(JSON.stringify(value)), partition: 0 },
      })),
    );
}
