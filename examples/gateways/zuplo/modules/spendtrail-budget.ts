import { environment, type ZuploContext, type ZuploRequest } from "@zuplo/runtime";
import { askBudget, type BudgetOptions } from "./spendtrail/ask-budget.ts";

/**
 * An inbound policy that asks spendtrail whether the team and the person may still spend, after Zuplo has authenticated
 * them and before any provider is asked.
 */
export default async function spendtrailBudget(
  request: ZuploRequest,
  _context: ZuploContext,
  options: BudgetOptions,
): Promise<ZuploRequest | Response> {
  const denial = await askBudget(request, options, {
    url: environment["SPENDTRAIL_DECISIONS_URL"],
    key: environment["SPENDTRAIL_DECISIONS_KEY"],
    fetch: (url, init) => fetch(url, init),
    log: (line) => console.error(line),
  });
  return denial ?? request;
}
