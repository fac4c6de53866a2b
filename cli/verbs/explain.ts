import type { Command } from "commander";
import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";

const Amount = z.object({ amount: z.string(), currency: z.string() }).nullable();
const Explanation = z.object({
  settings_offset: z.number(),
  status: z.string(),
  note: z.string(),
  price_id: z.string().nullable(),
  price_sources: z.array(z.string()),
  discount: z.object({ id: z.string() }).nullable(),
  lines: z.array(z.object({ meter: z.string(), arithmetic: z.string() })),
  list_cost: Amount,
  cost: Amount,
});
type Explanation = z.infer<typeof Explanation>;
const Explained = z.object({
  kind: z.string(),
  event_time: z.string(),
  model: z.string().nullable(),
  platform: z.string().nullable(),
  stored: z.object({ cost: Amount }),
  by_its_book: Explanation,
  agrees: z.boolean(),
  by_todays_book: Explanation,
  differs_today: z.boolean(),
  fallback: z.object({ rate_id: z.string(), estimate_usd: z.string() }).nullable(),
});
/** Of an answer of `GET /v1/costs/explain`, what is shown. */
const Answer = z.object({ cost: Amount, events: z.array(Explained) });

/** `spendtrail explain`: one call's cost, line by line. */
export function registerExplain(program: Command): void {
  const command = program
    .command("explain")
    .argument("<event>", "the id of a call's event (32 hex digits)")
    .description("one call's cost, line by line, so that it can be checked by hand; asks the query API")
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(command, ["spendtrail explain 9f2d4c0a51e84b7f9f2d4c0a51e84b7f"]).action(explain);
}

async function explain(event: string, options: CommonOptions & { url?: string }): Promise<void> {
  const answer = await askApi("/v1/costs/explain", { event }, { url: options.url });
  const { cost, events } = Answer.parse(answer);
  const lines = events.flatMap(eventLines);
  const total = events.length > 1 ? [`all ${events.length} together: ${shown(cost)}`] : [];
  screenOf(options).answer(answer, [...lines, ...total]);
}

function eventLines(event: z.infer<typeof Explained>): string[] {
  const { by_its_book: then, by_todays_book: today, stored, agrees, differs_today, fallback } = event;
  return [
    `${event.kind} of ${event.model ?? "no named model"} on ${event.platform ?? "no named platform"}, ${event.event_time}`,
    ...bookLines(then),
    `  stored ${shown(stored.cost)}${agrees ? "" : ", WHICH ITS OWN BOOK DOES NOT GIVE"}`,
    ...(fallback === null
      ? []
      : [`  budgets take it for ${fallback.estimate_usd} USD, by the fallback rate ${fallback.rate_id}`]),
    ...(differs_today ? ["by the book of today:", ...bookLines(today)] : []),
  ];
}

function bookLines(book: Explanation): string[] {
  const discount = book.discount === null ? "" : `, discount ${book.discount.id}`;
  const width = Math.max(0, ...book.lines.map(({ meter }) => meter.length));
  return [
    `  ${book.price_id ?? "no price row"}${discount}, settings ${book.settings_offset}: ${[book.status, book.note].filter(Boolean).join(" ")}`,
    ...book.lines.map(({ meter, arithmetic }) => `    ${meter.padEnd(width)}  ${arithmetic}`),
    `  list ${shown(book.list_cost)}, cost ${shown(book.cost)}`,
    ...book.price_sources.map((source) => `  read at ${source}`),
  ];
}

function shown(amount: z.infer<typeof Amount>): string {
  return amount === null ? "not known" : `${amount.amount} ${amount.currency}`;
}
