import { expect, test } from "vitest";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { changed, contextOf, eventsOf, fixture, type Json } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());

function ratingOf(gateway: string, record: unknown) {
  const { source } = contextOf({ gateway });
  const [event] = eventsOf(record, contextOf({ gateway }));
  if (event?.kind !== "response") throw new Error("a response was due");
  const { data } = event;
  const { cost, status, note } = rate(book, { data, eventTimeMs: Date.parse(data.started_at), source });
  return { cost: cost === null ? null : formatMoney(cost), status, note };
}

/** A call through LiteLLM, with the flat figures of its usage. */
function called(model: string, startTime: string, usage_object: Json): Json {
  const figures = { prompt_tokens: null, completion_tokens: null, total_tokens: null };
  return changed(fixture("litellm-claude-code"), {
    model,
    startTime,
    ...figures,
    "metadata.usage_object": usage_object,
  });
}

test("LiteLLM issue 9812: 3 uncached tokens of 12,307, and not 12,307 at the full rate", () => {
  const usage = {
    prompt_tokens: 12_307,
    completion_tokens: 550,
    prompt_tokens_details: { cache_creation_token_details: { ephemeral_5m_input_tokens: 12_304 } },
  };
  expect(ratingOf("litellm", called("claude-3-7-sonnet-20250219", "2025-04-07T00:00:00Z", usage))).toEqual({
    cost: "0.054399",
    status: "rated",
    note: "",
  });
});

test("Bifrost issue 3451: a streamed cache write is counted once", () => {
  const usage = {
    prompt_tokens: 159_223,
    completion_tokens: 2745,
    cache_creation: { ephemeral_5m_input_tokens: 159_217, ephemeral_1h_input_tokens: 0 },
    cache_creation_input_tokens: 159_217,
  };
  expect(ratingOf("litellm", called("claude-opus-4-7", "2026-05-01T00:00:00Z", usage))).toEqual({
    cost: "1.06376125",
    status: "rated",
    note: "",
  });
});

test.each<[string, string | null, string]>([
  ["litellm-rate-limited", "0", "not_billed"],
  ["litellm-over-budget", "0", "not_billed"],
  ["litellm-cached-reply", "0", "not_billed"],
  ["litellm-client-gone", null, "usage_missing"],
  ["kong-probe", "0", "not_billed"],
  ["kong-mcp", "0", "not_billed"],
  ["kong-usage-is-a-sentence", null, "usage_missing"],
  ["kong-guarded", "0", "not_billed"],
  ["litellm-pass-through-bedrock", null, "usage_missing"],
  ["litellm-mcp-tool", "0", "not_billed"],
  ["litellm-spend-logs-failure", "0", "not_billed"],
])("%s costs %s: %s", (name, cost, note) => {
  expect(ratingOf(name.split("-")[0] ?? "", fixture(name))).toMatchObject({ cost, note });
});

test("a route beside the models that has a figure of its own is not free", () => {
  const record = { ...fixture("litellm-claude-code"), call_type: "adream", response_cost: 0.5 };
  const bare = changed(record, {
    "metadata.usage_object": null,
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
  });
  expect(ratingOf("litellm", bare)).toMatchObject({ cost: null, status: "unpriced" });
});

test("a broken stream is an estimate of what was counted until then", () => {
  // 10 x 5 + 8000 x 0.5 + 330 x 6.25 + 1000 x 10 + 1 x 25 USD a million, and two searches at 0.01.
  expect(ratingOf("litellm", fixture("litellm-broken-stream"))).toEqual({
    cost: "0.0361375",
    status: "estimated",
    note: "usage_provisional",
  });
});
