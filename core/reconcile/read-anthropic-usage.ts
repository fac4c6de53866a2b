import { z } from "zod";
import { createDraft, type InvoiceRead } from "#core/reconcile/draft.ts";
import { readCount } from "#core/reconcile/figures.ts";
import type { InvoiceMeter } from "#core/reconcile/invoice.ts";
import { resultsOf } from "#core/reconcile/read-report.ts";
import { bucketsOf } from "#core/reconcile/report-pages.ts";
import { dayOfInstant } from "#core/reconcile/utc-day.ts";

const leaf = z.unknown().optional();
/** A result of `/v1/organizations/usage_report/messages` (Anthropic, "Usage and Cost Admin API"). */
const UsageResult = z.looseObject({
  model: z.string().nullish(),
  uncached_input_tokens: leaf,
  cache_read_input_tokens: leaf,
  cache_creation: z
    .looseObject({ ephemeral_5m_input_tokens: leaf, ephemeral_1h_input_tokens: leaf })
    .nullish(),
  output_tokens: leaf,
  server_tool_use: z.looseObject({ web_search_requests: leaf }).nullish(),
});

const STATES = [
  ...(["input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"] as const),
  ...(["output_tokens", "web_search_requests"] as const),
];

/** Anthropic's usage report: tokens by meter and no dollars. Buckets of minutes and hours add up to their day of UTC. */
export function readAnthropicUsage(documents: readonly unknown[]): InvoiceRead {
  const buckets = bucketsOf(documents);
  if (!buckets.ok) return buckets;
  const draft = createDraft();
  let unnamed = 0;
  const shape = { schema: UsageResult, dayOf: dayOfInstant };
  for (const { day, place, read, identity } of resultsOf(draft, buckets.value, shape)) {
    const { model, cache_creation: written, server_tool_use: tools, ...stated } = read;
    const count = (name: string, value: unknown) =>
      value === undefined || value === null ? 0n : draft.value(place, name, readCount(value));
    const quantities: Partial<Record<InvoiceMeter, bigint | null>> = {
      input_tokens: count("uncached_input_tokens", stated.uncached_input_tokens),
      cache_read_tokens: count("cache_read_input_tokens", stated.cache_read_input_tokens),
      cache_write_5m_tokens: count("ephemeral_5m_input_tokens", written?.ephemeral_5m_input_tokens),
      cache_write_1h_tokens: count("ephemeral_1h_input_tokens", written?.ephemeral_1h_input_tokens),
      output_tokens: count("output_tokens", stated.output_tokens),
      web_search_requests: count("web_search_requests", tools?.web_search_requests),
    };
    if (typeof model !== "string") {
      unnamed += 1;
      draft.apart({ place, day, what: "tokens of no named model", costUsd: null }, "no_model");
      continue;
    }
    draft.row({ place, day, platform: "anthropic-api", modelWritten: model, identity }, quantities, null);
  }
  if (unnamed > 0) draft.remark(`${unnamed} results name no model: ask for the report with group_by[]=model`);
  return draft.done("anthropic-usage", STATES);
}
