import { type ChangeOptions, changeBudget, existing } from "#cli/budgets/change-budget.ts";
import { instantOption } from "#cli/replay/options.ts";
import { failure } from "#core/failure.ts";
import { BudgetSetting } from "#core/settings/budget.ts";

export interface TopUpOptions extends ChangeOptions {
  readonly amount: string;
  readonly until: string;
  readonly from?: string;
  readonly name?: string;
  readonly note?: string;
}

/** More for a while: the limit is higher by so much until it expires. The amount and what is spent stay. */
export function topUpBudget(id: string, options: TopUpOptions): Promise<void> {
  const from = options.from === undefined ? new Date().toISOString() : instantOption("--from", options.from);
  const expires_at = instantOption("--until", options.until);
  return changeBudget(id, options, (stored) => {
    const before = existing(id, stored);
    // Of the moment, so that two on one day are two.
    const name = options.name ?? `top-up-${from.slice(0, 19).replaceAll(/[^0-9]/g, "")}`;
    const topUp = { id: name, amount_usd: options.amount, from, expires_at, note: options.note ?? null };
    const read = BudgetSetting.safeParse({ ...before, top_ups: [...before.top_ups, topUp] });
    if (read.success) return read.data;
    const { path = [], message = "" } = read.error.issues[0] ?? {};
    const [option, value] = OPTIONS[String(path[2])]?.({ ...options, name }) ?? ["<id>", id];
    throw failure("OPTION_INVALID", { option, value, accepts: message }, read.error);
  });
}

/** Which option a field of a top-up is set by, and what was given. */
const OPTIONS: Readonly<Record<string, (given: TopUpOptions) => readonly [string, string]>> = {
  id: ({ name = "" }) => ["--name", name],
  amount_usd: ({ amount }) => ["--amount", amount],
  note: ({ note = "" }) => ["--note", note],
};
