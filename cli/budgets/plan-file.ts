import { readBudgetsFile } from "#cli/budgets/read-file.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { pseudonymFor } from "#cli/pseudonym-for.ts";
import { withSettings } from "#cli/with-settings.ts";
import { readBudgetFile } from "#core/budgets/budget-file.ts";
import { budgetWarnings } from "#core/budgets/budget-warnings.ts";
import { budgetsRefusal } from "#core/budgets/budgets-refusal.ts";
import { fieldDifferences } from "#core/budgets/field-differences.ts";
import { planBudgets } from "#core/budgets/plan-budgets.ts";
import { failure } from "#core/failure.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { PlannedChange } from "#core/settings/import-plan.ts";
import type { Outcome } from "#core/settings/state.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";

export interface FileOptions extends CommonOptions {
  readonly removeExtra?: boolean;
}

/** Shows what a file of budgets would change; with a reason it changes it, each budget from the version that was seen. */
export async function planFile(file: string, options: FileOptions, reason: string | null): Promise<void> {
  const read = readBudgetFile(readBudgetsFile(file), pseudonymFor(options));
  if (!read.ok) throw failure("FILE_UNREADABLE", { file, reason: read.detail });
  const removeExtra = options.removeExtra === true;
  await withSettings(options, async ({ producer, settings }) => {
    await settings.caughtUp();
    const state = settings.state();
    const refused = budgetsRefusal(state.budgets, read.value, { removeExtra });
    if (refused !== null) throw failure("FILE_UNREADABLE", { file, reason: refused });
    const plan = planBudgets(state.budgets, read.value, { removeExtra });
    const warnings = budgetWarnings(state, read.value);
    const by = { actor: "command line", reason: reason ?? "" };
    const outcomes = reason === null ? [] : await applyPlan(producer, settings, plan, by);
    const isApplied = reason !== null;
    screenOf(options).answer(
      {
        applied: isApplied,
        changes: plan.changes.map((change, at) => ({ ...change, outcome: outcomes[at]?.outcome ?? null })),
        same: plan.same.length,
        not_in_file: plan.extra,
        warnings,
      },
      [
        ...plan.changes.flatMap((change, at) => linesOf(change, outcomes[at])),
        ...warnings.map((warning) => `warning: ${warning}`),
        ...(plan.extra.length > 0 && !removeExtra
          ? [`${plan.extra.length} not in the file stay; --remove-extra removes them.`]
          : []),
        `${plan.changes.length} to change, ${plan.same.length} as they are.`,
        ...(isApplied || plan.changes.length === 0
          ? []
          : ["Nothing was changed; `spendtrail budgets apply` does it."]),
      ],
    );
    if (outcomes.some(({ outcome }) => outcome !== "applied")) process.exitCode = 1;
  });
}

const SIGNS = { create: "+", update: "~", remove: "-" } as const;

function linesOf({ action, id, before, after }: PlannedChange, outcome: Outcome | undefined): string[] {
  const became = outcome === undefined ? "" : `  ${outcome.outcome}`;
  const why = outcome !== undefined && "detail" in outcome ? `: ${outcome.detail}` : "";
  const head = `${SIGNS[action]} budget ${id}${became}${why}`;
  if (action !== "update") return [head];
  const differences = fieldDifferences(before as BudgetSetting, after as BudgetSetting);
  return [head, ...differences.map((one) => `    ${one.field}: ${one.before} > ${one.after}`)];
}
