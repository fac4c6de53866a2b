import type { Command } from "commander";
import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { tableLines } from "#cli/table.ts";
import { UNALLOCATED } from "#core/settings/allocation.ts";

/** `spendtrail allocations unallocated`. */
export function registerUnallocated(allocations: Command): void {
  const bucket = allocations
    .command("unallocated")
    .description("calls that no cost centre pays for, the oldest first; asks the query API")
    .requiredOption("--from <time>", "begin, an instant or a date")
    .option("--to <time>", "end, not included; default now")
    .option("--tz <zone>", "the time zone of dates", "UTC")
    .option("--group-by <names>", "team, user, api_key, project, gateway, between commas", listOption, [])
    .option("--target <percent>", "how much of all cost may be without one", "1")
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(bucket, ["spendtrail allocations unallocated --from 2026-11-01 --group-by team,api_key"]).action(
    unallocated,
  );
}

const Amount = z.object({ amount: z.string() });
const Bucket = z.looseObject({
  group_by: z.array(z.string()),
  calls: z.number(),
  cost: Amount,
  age_days: z.number().nullable(),
  share_percent: z.string().nullable(),
  target_percent: z.string(),
  target_met: z.boolean(),
  groups: z.array(
    z.looseObject({
      calls: z.number(),
      cost: Amount,
      unpriced_calls: z.number(),
      first_seen: z.string(),
      age_days: z.number(),
    }),
  ),
});

async function unallocated(
  options: CommonOptions & {
    from: string;
    to?: string;
    tz: string;
    groupBy: readonly string[];
    target: string;
    url?: string;
  },
): Promise<void> {
  const answer = await askApi(
    "/v1/cost-centers/unallocated",
    {
      from: options.from,
      to: options.to,
      tz: options.tz,
      group_by: options.groupBy,
      target_percent: options.target,
    },
    { url: options.url },
  );
  const read = Bucket.parse(answer);
  type Group = (typeof read.groups)[number];
  const share = `${read.share_percent ?? "0"} % of all cost, ${read.target_percent} % at most: ${read.target_met ? "met" : "NOT met"}`;
  screenOf(options).answer(answer, [
    ...tableLines(
      [
        ...read.group_by.map((name) => ({
          title: name,
          text: (row: Group) => String(row[name] ?? "(not known)"),
        })),
        { title: "calls", text: (row: Group) => String(row.calls), align: "right" as const },
        { title: "cost USD", text: (row: Group) => row.cost.amount, align: "right" as const },
        { title: "unpriced", text: (row: Group) => String(row.unpriced_calls), align: "right" as const },
        { title: "first seen", text: (row: Group) => row.first_seen },
        { title: "days", text: (row: Group) => String(row.age_days), align: "right" as const },
      ],
      read.groups,
    ),
    "",
    `${UNALLOCATED}: ${read.calls} calls, ${read.cost.amount} USD, ${share}`,
  ]);
}
