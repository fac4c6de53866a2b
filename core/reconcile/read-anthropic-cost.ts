import { z } from "zod";
import { createDraft, type Draft, type InvoiceRead } from "#core/reconcile/draft.ts";
import { readCents } from "#core/reconcile/figures.ts";
import type { InvoiceMeter } from "#core/reconcile/invoice.ts";
import { type PlacedResult, resultsOf } from "#core/reconcile/read-report.ts";
import { bucketsOf } from "#core/reconcile/report-pages.ts";
import { dayOfBucket } from "#core/reconcile/utc-day.ts";

/** A result of `/v1/organizations/cost_report`; `amount` is in cents (Anthropic, "Usage and Cost Admin API"). */
const CostResult = z.looseObject({
  amount: z.union([z.string(), z.number().transform(String)]),
  currency: z.string().nullish(),
  cost_type: z.string().nullish(),
  description: z.string().nullish(),
  model: z.string().nullish(),
  token_type: z.string().nullish(),
});

const METER_OF: Readonly<Record<string, InvoiceMeter>> = {
  uncached_input_tokens: "input_tokens",
  cache_read_input_tokens: "cache_read_tokens",
  "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m_tokens",
  "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h_tokens",
  output_tokens: "output_tokens",
};

/** Anthropic's cost report: dollars a day, by model where it is grouped by description, and no tokens. */
export function readAnthropicCost(documents: readonly unknown[]): InvoiceRead {
  const buckets = bucketsOf(documents);
  if (!buckets.ok) return buckets;
  const draft = createDraft();
  let unnamed = 0;
  const shape = { schema: CostResult, dayOf: dayOfBucket };
  for (const result of resultsOf(draft, buckets.value, shape))
    if (takeResult(draft, result) === "unnamed") unnamed += 1;
  if (unnamed > 0)
    draft.remark(
      `${unnamed} results of tokens name no model: ask for the report with group_by[]=description`,
    );
  return draft.done("anthropic-cost", []);
}

function takeResult(
  draft: Draft,
  { day, place, read, identity }: PlacedResult<z.output<typeof CostResult>>,
): "unnamed" | "read" {
  const { amount, currency, cost_type: type, description, model, token_type: tokenType } = read;
  if (currency !== undefined && currency !== null && currency.toUpperCase() !== "USD")
    draft.fault(place, `currency: ${currency.slice(0, 10)}, and only USD can be compared`);
  const cost = draft.value(place, "amount", readCents(amount));
  if (cost === null) return "read";
  const what = description ?? type ?? "a cost of no named kind";
  const row = { place, day, platform: "anthropic-api", identity };
  if (cost < 0n) draft.apart({ place, day, what, costUsd: cost }, "credit");
  else if (typeof model === "string")
    draft.row({ ...row, modelWritten: model }, {}, cost, METER_OF[tokenType ?? ""] ?? null);
  else if (type === "web_search") draft.row({ ...row, modelWritten: null }, {}, cost, "web_search_requests");
  else if (type === undefined || type === null || type === "tokens") {
    draft.apart({ place, day, what, costUsd: cost }, "no_model");
    return "unnamed";
  } else draft.apart({ place, day, what, costUsd: cost }, "no_tokens");
  return "read";
}
