import type { AskedBudget } from "#core/budgets/ask-budget.ts";
import type { Decision } from "#core/budgets/decide.ts";
import { formatMoney } from "#core/money.ts";

/** A decision as a sentence, for a person who meets it in a terminal. */
export function reasonOf({ decision, asked, by, isFree }: Decision): string {
  if (asked.length === 0) return "No budget is of this.";
  if (isFree) return "The model costs nothing.";
  if (by === null)
    return `${asked.length === 1 ? "The budget has" : `All ${asked.length} budgets have`} room.`;
  if (by.isStale && decision === "deny")
    return `${nameOf(by)} cannot be looked at now: its figures are missing or too old, and it denies then.`;
  if (by.isStale) return `${nameOf(by)} ${spentOf(by)}, by figures that are old.`;
  return `${nameOf(by)} ${spentOf(by)}; it resets at ${new Date(by.resetsAtMs).toISOString()}.`;
}

function nameOf({ budget: { id, scope }, member }: AskedBudget): string {
  const whose = scope.kind === "all" ? "everything" : `${scope.kind.replace("_", " ")} ${scope.id}`;
  return `Budget ${id} of ${member === null ? whose : `${member} in ${whose}`}`;
}

function spentOf({ verdict, spent, limit }: AskedBudget): string {
  const figures = `${formatMoney(spent ?? limit)} of ${formatMoney(limit)} USD`;
  return verdict === "deny" ? `is used up (${figures})` : `has spent ${figures}`;
}
