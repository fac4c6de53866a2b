import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { litellmRecord } from "#test/support/litellm-record.ts";
import type { Product } from "#test/support/product.ts";
import { type Costs, costOf } from "#test/support/product-costs.ts";

/** A call whose cost a vendor or a bug report states, with that figure. */
export interface Vector {
  readonly name: string;
  readonly call: { model: string; at: string; meters: Record<string, unknown> };
  readonly cost: string;
}

export function goldenVectors(): readonly (Vector & { readonly at: number })[] {
  const vectors = JSON.parse(readFileSync("test/support/golden-costs.json", "utf8")) as Vector[];
  return vectors.map((vector, at) => ({ ...vector, at }));
}

/**
 * Door, Kafka, ClickHouse, API: the figure that comes out is the vendor's, to the last digit. Whatever servers the
 * product runs on, this is what must hold. Inside a test only.
 */
export async function checkGolden(product: Product, { call, cost, at }: Vector & { at: number }) {
  const session = `golden-${at}`;
  const event = {
    specversion: "1.0",
    id: session,
    source: "golden",
    type: "spendtrail.response.v1",
    time: call.at,
    data: {
      gateway: "canonical",
      platform: "anthropic-api",
      model: call.model,
      team: "golden",
      session_id: session,
      started_at: call.at,
      outcome: "success",
      meters: call.meters,
    },
  };
  await checkOne(product, { source: "events", door: "/v1/events", record: event, session, cost });
}

/** The same through LiteLLM's door, where input tokens include cached ones. Inside a test only. */
export async function checkLitellm(product: Product): Promise<void> {
  const session = "golden-litellm";
  const record = litellmRecord({
    litellm_call_id: session,
    session_id: session,
    model: "claude-3-7-sonnet-20250219",
    startTime: Date.UTC(2025, 3, 7, 12) / 1000,
    endTime: Date.UTC(2025, 3, 7, 12, 0, 9) / 1000,
    prompt_tokens: 12307,
    completion_tokens: 550,
    total_tokens: 12857,
    // What LiteLLM itself made of it, having counted the cache write twice (its issue 9812).
    response_cost: 0.091311,
    usage: {
      prompt_tokens: 12307,
      completion_tokens: 550,
      total_tokens: 12857,
      cache_creation_input_tokens: 12304,
      cache_read_input_tokens: 0,
      prompt_tokens_details: {
        cached_tokens: 0,
        cache_creation_tokens: 12304,
        cache_creation_token_details: { ephemeral_5m_input_tokens: 12304, ephemeral_1h_input_tokens: 0 },
      },
    },
  });
  const door = "/v1/gateways/litellm";
  await checkOne(product, { source: "litellm", door, record: [record], session, cost: "0.054399" });
}

async function checkOne(
  product: Product,
  one: { source: string; door: string; record: unknown; session: string; cost: string },
): Promise<void> {
  const [ingest, finance] = await Promise.all([
    product.key("--role", "ingest", "--source", one.source),
    product.key("--role", "finance"),
  ]);
  const response = await product.post(one.door, ingest, JSON.stringify(one.record));
  expect(response.status).toBe(202);
  const path = `/v1/costs?from=2025-01-01&to=2027-01-01&session=${one.session}`;
  const costs = async () => (await product.get<Costs>(path, finance)).body;
  await expect.poll(async () => (await costs()).totals.calls, { timeout: 20_000 }).toBe(1);
  expect(costOf(await costs())).toBe(one.cost);
}
