import { randomUUID } from "node:crypto";
import { BudgetSetting } from "#core/settings/budget.ts";
import { planImport } from "#core/settings/import-plan.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

type Said = Partial<BudgetSetting> & { readonly scope: BudgetSetting["scope"] };

const PERIODS: readonly BudgetSetting["period"][] = [
  { kind: "month", zone: "UTC" },
  { kind: "month", zone: "Europe/Berlin" },
  { kind: "week", zone: "UTC", week_start: "monday" },
  { kind: "day", zone: "Asia/Kolkata" },
  { kind: "rolling", days: 7 },
];

/**
 * As many budgets as are asked for: of people, keys and teams in several windows, then of the same by model. Amounts
 * that nothing reaches, but for some thresholds on the way.
 */
export function benchBudgets(
  count: number,
  of: {
    readonly users: readonly string[];
    readonly keys: readonly string[];
    readonly teams: readonly string[];
    readonly models: readonly string[];
  },
): readonly BudgetSetting[] {
  const scopes: readonly BudgetSetting["scope"][] = [
    ...of.teams.map((id) => ({ kind: "team" as const, id })),
    ...of.keys.map((id) => ({ kind: "key" as const, id })),
    ...of.users.map((id) => ({ kind: "user" as const, id })),
  ];
  const said: Said[] = [];
  for (const models of [[], ...of.models.map((model) => [model])])
    for (const period of PERIODS)
      for (const scope of scopes) {
        if (said.length === count) break;
        said.push({ scope, period, filters: { models, platforms: [], gateways: [] } });
      }
  if (said.length < count) throw new Error(`only ${said.length} budgets of ${count} can be told apart`);
  return said.map((one, at) => BudgetSetting.parse({ id: `bench-${at}`, amount_usd: "1000000", ...one }));
}

/** Sets budgets; resolves when the own fold has them. */
export async function setBudgets(
  producer: Producer,
  settings: SettingsLog,
  budgets: readonly BudgetSetting[],
): Promise<void> {
  const plan = planImport("budget", settings.state().budgets, budgets);
  const outcomes = await applyPlan(producer, settings, plan, { actor: "bench", reason: randomUUID() });
  const refused = outcomes.find(({ outcome }) => outcome !== "applied");
  if (refused !== undefined) throw new Error(JSON.stringify(refused, (_, value) => String(value)));
}
