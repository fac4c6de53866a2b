import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, startProduct } from "#test/support/product.ts";
import { type Costs, costOf } from "#test/support/product-costs.ts";

interface Vector {
  readonly name: string;
  readonly call: { model: string; at: string; meters: Record<string, unknown> };
  readonly cost: string;
}
const vectors = JSON.parse(readFileSync("test/support/golden-costs.json", "utf8")) as Vector[];

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

/** Door, Kafka, ClickHouse, API: the figure that comes out is the vendor's, to the last digit. */
test.each(vectors.map((vector, at) => ({ ...vector, at })))("$name", async ({ call, cost, at }) => {
  const [events, finance] = await Promise.all([
    product.key("--role", "ingest", "--source", "events"),
    product.key("--role", "finance"),
  ]);
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
  const response = await product.post("/v1/events", events, JSON.stringify(event));
  expect(response.status).toBe(202);
  const path = `/v1/costs?from=2025-01-01&to=2027-01-01&session=${session}`;
  const costs = async () => (await product.get<Costs>(path, finance)).body;
  await expect.poll(async () => (await costs()).totals.calls, { timeout: 20_000 }).toBe(1);
  expect(costOf(await costs())).toBe(cost);
});

test("the same through LiteLLM's door, where input tokens include cached ones", async () => {
  const [door, finance] = await Promise.all([
    product.key("--role", "ingest", "--source", "litellm"),
    product.key("--role", "finance"),
  ]);
  const record = litellmRecord({
    litellm_call_id: "golden-litellm",
    session_id: "golden-litellm",
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
  const response = await product.post("/v1/gateways/litellm", door, JSON.stringify([record]));
  expect(response.status).toBe(202);
  const path = "/v1/costs?from=2025-01-01&to=2027-01-01&session=golden-litellm";
  const costs = async () => (await product.get<Costs>(path, finance)).body;
  await expect.poll(async () => (await costs()).totals.calls, { timeout: 20_000 }).toBe(1);
  expect(costOf(await costs())).toBe("0.054399");
});
