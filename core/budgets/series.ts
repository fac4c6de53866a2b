import type { BudgetPeriod, BudgetScopeKind, BudgetSetting } from "#core/settings/budget.ts";

/** Columns of calls that budgets are told apart by. */
export const BUDGET_COLUMNS = [
  ...(["organization", "cost_center", "team", "tag", "user_ref", "api_key"] as const),
  ...(["model", "model_canonical", "platform", "gateway"] as const),
] as const;
export type BudgetColumn = (typeof BUDGET_COLUMNS)[number];

/** Cells of UTC hours, for what rolls; else the local days of a zone. */
export const HOURS = "hours";

/** Sums that one statement can make for many budgets at once: by some columns, in cells of time. */
export interface Series {
  readonly id: string;
  readonly columns: readonly BudgetColumn[];
  /** An IANA zone, or `HOURS`. */
  readonly cells: string;
}

const SCOPE_COLUMN: Readonly<Record<Exclude<BudgetScopeKind, "all">, BudgetColumn>> = {
  organization: "organization",
  cost_center: "cost_center",
  team: "team",
  tag: "tag",
  user: "user_ref",
  key: "api_key",
};

/** The column that the scope is found in; null: everything is in it. */
export function scopeColumn({ scope }: Pick<BudgetSetting, "scope">): BudgetColumn | null {
  return scope.kind === "all" ? null : SCOPE_COLUMN[scope.kind];
}

export function scopeValue({ scope }: Pick<BudgetSetting, "scope">): string {
  return scope.kind === "all" ? "" : scope.id;
}

/** The cells that windows of a period are whole numbers of. */
export function cellsOf(period: BudgetPeriod): string {
  return period.kind === "rolling" ? HOURS : period.zone;
}

/** The series that a budget's usage is in. Budgets with equal ones share the work. */
export function seriesOf(budget: Pick<BudgetSetting, "scope" | "mode" | "filters" | "period">): Series {
  const scope = scopeColumn(budget);
  const { models, platforms, gateways } = budget.filters;
  const wanted = new Set<BudgetColumn>([
    ...(scope === null ? [] : [scope]),
    ...(budget.mode === "per_member" ? (["user_ref"] as const) : []),
    ...(models.length === 0 ? [] : (["model", "model_canonical"] as const)),
    ...(platforms.length === 0 ? [] : (["platform"] as const)),
    ...(gateways.length === 0 ? [] : (["gateway"] as const)),
  ]);
  const columns = BUDGET_COLUMNS.filter((column) => wanted.has(column));
  const cells = cellsOf(budget.period);
  return { id: [cells, ...columns].join(" "), columns, cells };
}
