import { randomUUID } from "node:crypto";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { withSettings } from "#cli/with-settings.ts";
import { budgetWarnings } from "#core/budgets/budget-warnings.ts";
import { budgetsRefusal, removalRefusal } from "#core/budgets/budgets-refusal.ts";
import { fieldDifferences } from "#core/budgets/field-differences.ts";
import { failure } from "#core/failure.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

export interface ChangeOptions extends CommonOptions {
  readonly reason: string;
}

/**
 * Makes a budget into another one, or removes it (null), and says what differs.
 *
 * @param next what it shall be, from what it is; null before: there is none
 * @throws failure SETTING_REFUSED
 */
export async function changeBudget(
  id: string,
  options: ChangeOptions,
  next: (before: BudgetSetting | null) => BudgetSetting | null,
): Promise<void> {
  await withSettings(options, async ({ producer, settings }) => {
    await settings.caughtUp();
    const state = settings.state();
    const stored = state.budgets.get(id);
    const before = stored?.value ?? null;
    const value = next(before);
    const refuse = (reason: string) => failure("SETTING_REFUSED", { kind: "budget", id, reason });
    const refused =
      value === null ? removalRefusal(state.budgets, id) : budgetsRefusal(state.budgets, [value]);
    if (refused !== null) throw refuse(refused);
    const warnings = value === null ? [] : budgetWarnings(state, [value]);
    const differences = fieldDifferences(before, value);
    const done = value === null ? "removed" : before === null ? "made" : "changed";
    if (value !== null && before !== null && differences.length === 0) {
      const answer = { id, version: stored?.version, state: "same", value, differences, warnings };
      return screenOf(options).answer(answer, [`Budget ${id} is as it was.`]);
    }
    const outcome = await changeSettings(producer, settings, {
      ...{ kind: "budget", id, expected_version: stored?.version ?? 0, value },
      ...{ change_id: randomUUID(), actor: "command line", reason: options.reason },
    });
    if (outcome.outcome !== "applied") throw refuse(outcome.detail);
    const { version } = outcome;
    screenOf(options).answer({ id, version, state: done, value, differences, warnings }, [
      `Budget ${id} is ${done} (version ${version}).`,
      ...(done === "changed" ? differences.map((one) => `  ${one.field}: ${one.before} > ${one.after}`) : []),
      ...warnings.map((warning) => `warning: ${warning}`),
    ]);
  });
}

/** The budget that a verb asks for. @throws failure OPTION_INVALID */
export function existing(id: string, budget: BudgetSetting | null): BudgetSetting {
  if (budget !== null) return budget;
  const accepts = "the id of a budget; see `spendtrail budgets list`";
  throw failure("OPTION_INVALID", { option: "<id>", value: id, accepts });
}
