import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { Budget, freshness, periodText, Reckoned, scopeText } from "#cli/budgets/answers.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { tableLines } from "#cli/table.ts";

export interface ListOptions extends CommonOptions {
  readonly scope?: string;
  readonly of: readonly string[];
  readonly verdict?: string;
  readonly url?: string;
}

const Page = z.looseObject({
  ...Reckoned,
  budgets: z.array(Budget),
  next_cursor: z.string().nullable(),
});

/** Every budget that the key sees, and how each stands. */
export async function listBudgets({ scope, of, verdict, ...options }: ListOptions): Promise<void> {
  const budgets: Budget[] = [];
  for (let cursor: string | undefined; ; ) {
    const params = { scope, scope_id: of, verdict, cursor, limit: "500" };
    const page = Page.parse(await askApi("/v1/budgets", params, { url: options.url }));
    budgets.push(...page.budgets);
    if (page.next_cursor !== null) {
      cursor = page.next_cursor;
      continue;
    }
    const { as_of, data_until, lag_ms } = page;
    return screenOf(options).answer({ as_of, data_until, lag_ms, budgets }, [
      ...tableLines(COLUMNS, budgets),
      freshness(page),
    ]);
  }
}

const COLUMNS = [
  { title: "id", text: ({ id }: Budget) => id },
  { title: "of", text: ({ value }: Budget) => scopeText(value) },
  { title: "period", text: ({ value }: Budget) => periodText(value) },
  { title: "limit USD", text: ({ limit_usd }: Budget) => limit_usd, align: "right" },
  { title: "spent USD", text: ({ standing }: Budget) => standing?.spent_usd ?? "-", align: "right" },
  { title: "%", text: ({ standing }: Budget) => standing?.utilisation_percent ?? "-", align: "right" },
  {
    title: "expected USD",
    text: ({ standing }: Budget) => standing?.forecast_usd?.expected ?? "-",
    align: "right",
  },
  { title: "hard", text: ({ value }: Budget) => (value.hard_limit ? "yes" : "-") },
  { title: "stands", text: standsText },
] as const;

function standsText({ standing, members, in_force }: Budget): string {
  if (!in_force) return "not in force";
  if (members !== null && members.reckoned > 0)
    return `${members.allow} allow, ${members.warn} warn, ${members.deny} deny`;
  if (standing === null) return "not reckoned";
  return standing.is_current ? standing.verdict : `${standing.verdict} (period before)`;
}
