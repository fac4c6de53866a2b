import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { Budget, freshness, periodText, Reckoned, Standing, scopeText } from "#cli/budgets/answers.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { tableLines } from "#cli/table.ts";

export interface ShowOptions extends CommonOptions {
  readonly url?: string;
}

const Member = Standing.extend({ member: z.string() });
type Member = z.output<typeof Member>;
const Status = z.looseObject({
  ...Reckoned,
  parents: z.array(z.string()),
  standing: Standing.nullable(),
  members: z.array(Member),
  next_cursor: z.string().nullable(),
});

/** A terminal shows so many members; `--json` has them all. */
const MEMBERS_SHOWN = 50;

/** One budget: what it says, how it stands, and each of its members. */
export async function showBudget(id: string, options: ShowOptions): Promise<void> {
  const at = { url: options.url };
  const path = `/v1/budgets/${encodeURIComponent(id)}`;
  const budget = Budget.parse(await askApi(path, {}, at));
  const members: Member[] = [];
  let status = Status.parse(await askApi(`${path}/status`, { limit: "1000" }, at));
  members.push(...status.members);
  for (let cursor = status.next_cursor; cursor !== null; cursor = status.next_cursor) {
    status = Status.parse(await askApi(`${path}/status`, { limit: "1000", cursor }, at));
    members.push(...status.members);
  }
  const { as_of, data_until, lag_ms, parents, standing } = status;
  const dearest = members.toSorted((a, b) => Number(b.utilisation_percent) - Number(a.utilisation_percent));
  screenOf(options).answer({ ...budget, as_of, data_until, lag_ms, parents, standing, members: dearest }, [
    ...settingLines(budget, parents),
    ...(standing === null ? [] : standingLines(standing)),
    ...(members.length === 0 ? [] : tableLines(COLUMNS, dearest.slice(0, MEMBERS_SHOWN))),
    ...(members.length > MEMBERS_SHOWN ? [`${members.length - MEMBERS_SHOWN} more: --json shows all.`] : []),
    freshness(status),
  ]);
}

function settingLines({ id, version, value, in_force, limit_usd }: Budget, parents: readonly string[]) {
  const { filters, thresholds, receivers, top_ups } = value;
  const only = [...filters.models, ...filters.platforms, ...filters.gateways];
  const percents = (list: readonly number[]) => list.map((percent) => `${percent} %`).join(", ") || "none";
  return [
    `Budget ${id} (version ${version})${in_force ? "" : ", not in force now"}`,
    `  of: ${scopeText(value)}${only.length === 0 ? "" : `, only ${only.join(", ")}`}`,
    `  amount: ${value.amount_usd} USD a ${periodText(value)}${value.basis === "list" ? ", by list prices" : ""}`,
    ...top_ups.map(
      (one) => `  top-up ${one.id}: ${one.amount_usd} USD from ${one.from} until ${one.expires_at}`,
    ),
    `  limit now: ${limit_usd} USD, ${value.hard_limit ? `hard, grace ${value.grace_percent} %` : "soft"}`,
    `  alerts: at ${percents(thresholds.actual)} spent, at ${percents(thresholds.forecast)} expected, to ${receivers === null ? "the default receivers" : receivers.join(", ") || "nobody"}`,
    ...(parents.length === 0 ? [] : [`  above it: ${parents.join(", ")}`]),
    ...(value.note === null ? [] : [`  note: ${value.note}`]),
  ];
}

function standingLines(standing: Standing): readonly string[] {
  const { forecast_usd: forecast, estimated_usd: estimated } = standing;
  return [
    `  window: ${standing.from} to ${standing.to}${standing.is_current ? "" : ", over"}`,
    `  spent: ${standing.spent_usd} USD (${standing.utilisation_percent} %)${estimated === "0" ? "" : `, ${estimated} of it estimated`}; ${standing.remaining_usd} left: ${standing.verdict}`,
    ...(forecast === null
      ? []
      : [`  expected: ${forecast.expected} USD (${forecast.low} to ${forecast.high})`]),
  ];
}

const COLUMNS = [
  { title: "member", text: ({ member }: Member) => member },
  { title: "spent USD", text: ({ spent_usd }: Member) => spent_usd, align: "right" },
  { title: "%", text: ({ utilisation_percent }: Member) => utilisation_percent, align: "right" },
  { title: "left USD", text: ({ remaining_usd }: Member) => remaining_usd, align: "right" },
  { title: "stands", text: ({ verdict }: Member) => verdict },
] as const;
