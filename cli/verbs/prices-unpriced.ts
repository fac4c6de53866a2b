import type { Command } from "commander";
import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { type Column, tableLines } from "#cli/table.ts";

const text = z.string().nullable();
const Group = z.object({
  platform: text,
  model: text,
  source: z.string(),
  cost_note: z.string(),
  what_to_do: z.string(),
  service_tier: text,
  speed: text,
  items: z.number(),
  input_tokens: z.number().nullable(),
  output_tokens: z.number().nullable(),
  last_seen: z.string(),
  gateway_cost: z.object({ amount: z.string() }).nullable(),
  teams_affected: z.number(),
});
type Group = z.infer<typeof Group>;
/** Of an answer of `GET /v1/prices/unpriced`, what is shown. */
const Answer = z.object({
  from: z.string(),
  to: z.string(),
  data_until: text,
  items: z.number(),
  left_out: z.number(),
  unpriced: z.array(Group),
});

interface Options extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly model: readonly string[];
  readonly source: readonly string[];
  readonly url?: string;
}

/** `spendtrail prices unpriced`: what has no price, why, and what to do. */
export function registerPricesUnpriced(prices: Command): void {
  const command = prices
    .command("unpriced")
    .description("what has no price, why, and what to do about it; asks the query API")
    .option("--from <time>", "begin, an instant or a date; default 90 days before --to")
    .option("--to <time>", "end, not included; default now")
    .option("--model <name>", "only this model; repeatable", listOption, [])
    .option("--source <name>", "only this source; repeatable", listOption, [])
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(command, [
    "spendtrail prices unpriced",
    "spendtrail prices unpriced --from 2026-11-01 --source litellm-prod",
  ]).action(unpriced);
}

async function unpriced({ from, to, model, source, url, ...options }: Options): Promise<void> {
  const answer = await askApi("/v1/prices/unpriced", { from, to, model, source }, { url });
  const read = Answer.parse(answer);
  const range = `${read.from} to ${read.to}; data until ${read.data_until ?? "nothing yet"}`;
  const notes = new Map(read.unpriced.map((group) => [group.cost_note, group.what_to_do]));
  screenOf(options).answer(
    answer,
    read.unpriced.length === 0
      ? [`Everything has a price: ${range}`]
      : [
          ...tableLines(COLUMNS, read.unpriced),
          "",
          ...[...notes].map(([note, what]) => `${note}: ${what}.`),
          ...(read.left_out > 0 ? [`${read.left_out} more rows are left out; --json has up to 1,000.`] : []),
          `${read.items} calls or parts of calls have no price, ${range}`,
          "Once there is a price: spendtrail replay --source <source> (docs/replay.md).",
        ],
  );
}

const count = (value: number | null) => value?.toLocaleString("en-US") ?? "-";
const COLUMNS: readonly Column<Group>[] = [
  { title: "platform", text: ({ platform }) => platform ?? "(not known)" },
  { title: "model", text: ({ model }) => model ?? "(not known)" },
  {
    title: "variant",
    text: ({ service_tier, speed }) => [service_tier, speed].filter(Boolean).join(" ") || "-",
  },
  { title: "source", text: ({ source }) => source },
  { title: "why", text: ({ cost_note }) => cost_note },
  { title: "items", text: ({ items }) => count(items), align: "right" },
  { title: "input", text: ({ input_tokens }) => count(input_tokens), align: "right" },
  { title: "output", text: ({ output_tokens }) => count(output_tokens), align: "right" },
  { title: "by gateway USD", text: ({ gateway_cost }) => gateway_cost?.amount ?? "-", align: "right" },
  { title: "teams", text: ({ teams_affected }) => count(teams_affected), align: "right" },
  { title: "last seen", text: ({ last_seen }) => last_seen },
];
