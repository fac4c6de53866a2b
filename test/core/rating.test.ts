import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ResponseData } from "#core/event-data.ts";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());

interface Call {
  model: string;
  at: string;
  meters: Partial<ResponseData["meters"]>;
  platform?: string;
  allow?: boolean;
  more?: Partial<ResponseData>;
}

function rated({ model, at, meters, platform = "anthropic-api", allow = false, more = {} }: Call, by = book) {
  const data = ResponseData.parse({
    gateway: "test",
    platform,
    model,
    started_at: at,
    outcome: "success",
    meters,
    ...more,
  });
  const result = rate(by, { data, eventTimeMs: Date.parse(at), source: { allow_gateway_cost: allow } });
  return { ...result, cost: result.cost === null ? null : formatMoney(result.cost) };
}

describe("worked examples from bug reports and from the vendor's page", () => {
  const vectors = JSON.parse(readFileSync("test/support/golden-costs.json", "utf8")) as {
    name: string;
    call: Call;
    cost: string;
  }[];
  test.each(vectors)("$name", ({ call, cost }) => {
    expect(rated(call)).toMatchObject({ cost, status: "rated" });
  });
});

describe("the book knows when", () => {
  const million = (meter: string) => ({ [meter]: 1_000_000 });
  test.each([
    ["a cancelled rise never prices", "claude-sonnet-5", "2026-09-02T00:00:00.000Z", "input_tokens", "2"],
    [
      "a cut counts from its instant",
      "claude-sonnet-5-5",
      "2026-10-07T00:00:00.000Z",
      "cache_read_tokens",
      "0.1",
    ],
    [
      "and not a millisecond before",
      "claude-sonnet-5-5",
      "2026-10-06T23:59:59.999Z",
      "cache_read_tokens",
      "0.2",
    ],
    ["a band reprices the whole call", "claude-haiku-5-5", "2026-11-01T00:00:00.000Z", "input_tokens", "0.5"],
    ["a premium ended", "claude-opus-4-6", "2026-03-13T00:00:00.000Z", "input_tokens", "5"],
    ["and was there before", "claude-opus-4-6", "2026-03-12T23:59:59.999Z", "input_tokens", "10"],
  ])("%s", (_name, model, at, meter, cost) => {
    expect(rated({ model, at, meters: million(meter) }).cost).toBe(cost);
  });

  test("the band's edge belongs to the lower band, output included, and cache counts to the prompt", () => {
    const at = "2026-11-01T00:00:00.000Z";
    const call = (input: number, read: number) =>
      rated({
        model: "claude-haiku-5-5",
        at,
        meters: { input_tokens: input, cache_read_tokens: read, output_tokens: 1000 },
      });
    expect(call(60_000, 40_000).cost).toBe("0.0069");
    expect(call(60_001, 40_000).cost).toBe("0.0345005");
  });

  test("a price that has ended leaves the call unpriced", () => {
    const fast = (at: string) =>
      rated({ model: "claude-opus-4-8", at, meters: { input_tokens: 1 }, more: { speed: "fast" } });
    expect(fast("2026-11-29T23:59:59.999Z").cost).toBe("0.00001");
    expect(fast("2026-11-30T00:00:00.000Z")).toMatchObject({
      cost: null,
      status: "unpriced",
      note: "no_price",
    });
  });
});

describe("tiers, geography and other meters", () => {
  const at = "2026-11-01T00:00:00.000Z";
  const meters = { input_tokens: 1_000_000 };
  test.each([
    [{ service_tier: "batch" }, "2.5"],
    [{ inference_geo: "us" }, "5.5"],
    [{ inference_geo: "us", service_tier: "batch" }, "2.75"],
    [{ speed: "fast" }, "10"],
    [{ inference_geo: "us", speed: "fast" }, "11"],
    [{ inference_geo: "not_available" }, "5"],
  ] as const)("%j costs %s", (more, cost) => {
    expect(rated({ model: "claude-opus-5", at, meters, more }).cost).toBe(cost);
  });

  test("web searches are billed by the request", () => {
    expect(
      rated({ model: "claude-opus-5", at, meters: { input_tokens: 0, web_search_requests: 3 } }).cost,
    ).toBe("0.03");
  });

  test("Bedrock is priced where the endpoint is known, and not guessed where it is not", () => {
    const on = (model: string) => rated({ model, at, meters, platform: "bedrock" });
    expect(on("us.anthropic.claude-opus-5-v1:0").cost).toBe("5.5");
    expect(on("anthropic.claude-opus-5-v1:0")).toMatchObject({ cost: null, note: "no_price" });
  });
});

test("fast that was served as standard is billed as standard: what was asked for is not in the record", () => {
  const at = "2026-11-01T00:00:00.000Z";
  const served = (speed: "fast" | "standard" | null) =>
    rated({ model: "claude-opus-4-6", at, meters: { input_tokens: 1_000_000 }, more: { speed } });
  expect(served("standard").cost).toBe("5");
  expect(served(null).cost).toBe("5");
  expect(served("fast")).toMatchObject({ cost: null, note: "no_price" });
});

test("a month with a cut in its middle is the sum of two prices", () => {
  const day = (day: string) =>
    rated({
      model: "claude-sonnet-5-5",
      at: `2026-10-${day}T12:00:00.000Z`,
      meters: { input_tokens: 1000, cache_read_tokens: 100_000, output_tokens: 500 },
    });
  expect([day("06").cost, day("07").cost]).toEqual(["0.027", "0.017"]);
  expect([day("06").priceId, day("07").priceId]).toEqual([
    "anthropic-api:claude-sonnet-5-5:2026-09-28",
    "anthropic-api:claude-sonnet-5-5:2026-10-07",
  ]);
});

test("on Vertex the location is the endpoint; without one the call is unpriced", () => {
  const at = "2026-11-01T00:00:00.000Z";
  const on = (region: string | null, model = "claude-opus-5") =>
    rated({ model, at, meters: { input_tokens: 1_000_000 }, platform: "vertex", more: { region } }).cost;
  expect([on("global"), on("eu"), on("us-east5"), on(null)]).toEqual(["5", "5.5", "5.5", null]);
  expect([on("europe-west1", "claude-opus-4-1"), on(null, "claude-opus-4-1")]).toEqual(["15", "15"]);
});

test("an operator's own row prices a model that the table does not know, by the very name", () => {
  const own = createPriceBook([priceRow("ours", { platform: "self-hosted", model: "acme/Llama 5" })]);
  const priced = (model: string) =>
    rated(
      {
        model,
        platform: "self-hosted",
        at: "2026-11-01T00:00:00.000Z",
        meters: { input_tokens: 1_000_000, output_tokens: 0 },
      },
      own,
    );
  expect(priced("acme/Llama 5")).toMatchObject({
    cost: "5",
    status: "rated",
    priceId: "ours",
    modelCanonical: "acme/Llama 5",
  });
  expect(priced("acme/llama 5")).toMatchObject({ cost: null, note: "unmapped_model", modelCanonical: null });
});

describe("no number where there is none", () => {
  const at = "2026-11-01T00:00:00.000Z";
  const used = { input_tokens: 10, output_tokens: 5 };
  test.each<[string, Call, string]>([
    ["an unknown model", { model: "claude-opus-9", at, meters: used }, "unmapped_model"],
    ["a look-alike", { model: "clаude-opus-5", at, meters: used }, "unmapped_model"],
    ["missing usage", { model: "claude-opus-5", at, meters: {} }, "usage_missing"],
    [
      "a meter without a rate",
      { model: "gpt-4o", platform: "openai", at, meters: { ...used, cache_write_1h_tokens: 7 } },
      "rate_missing:cache_write_1h_tokens",
    ],
    [
      "a unit that no row prices",
      { model: "claude-opus-5", at, meters: { ...used, other: [{ unit: "image", quantity: "1" }] } },
      "rate_missing:image",
    ],
    [
      "a tier without a row",
      { model: "claude-opus-5", at, meters: used, more: { service_tier: "priority" } },
      "no_price",
    ],
    [
      "a price that begins later",
      { model: "claude-opus-5", at: "2026-07-23T23:59:59.999Z", meters: used },
      "no_price",
    ],
  ])("%s is unpriced", (_name, call, note) => {
    expect(rated(call)).toMatchObject({ cost: null, status: "unpriced", note });
  });

  test("the gateway's figure stands only where the source allows it, and 0 is not a figure", () => {
    const call = (amount: string, allow: boolean, currency = "USD") =>
      rated({ model: "x/unknown", at, meters: used, allow, more: { gateway_cost: { amount, currency } } });
    expect(call("0.25", true)).toMatchObject({ cost: "0.25", status: "gateway", note: "unmapped_model" });
    expect(call("0.25", false)).toMatchObject({ cost: null, status: "unpriced" });
    expect(call("0", true)).toMatchObject({ cost: null, status: "unpriced" });
    expect(call("0.25", true, "EUR")).toMatchObject({ cost: null, status: "unpriced" });
  });

  test("what is not billed costs nothing, and says so", () => {
    const call = (more: Partial<ResponseData>, meters = {}) =>
      rated({ model: "claude-opus-5", at, meters, more });
    expect(call({ operation: "count_tokens" })).toMatchObject({ cost: "0", note: "not_billed" });
    expect(call({ outcome: "error" })).toMatchObject({ cost: "0", note: "not_billed" });
    expect(call({ outcome: "cached" }, used)).toMatchObject({ cost: "0", note: "not_billed" });
    // An error after the model worked was billed.
    expect(call({ outcome: "error" }, used)).toMatchObject({ cost: "0.000175", status: "rated" });
    expect(call({ outcome: "aborted" })).toMatchObject({ cost: null, note: "usage_missing" });
  });

  test("what is assumed is an estimate", () => {
    const write = rated({ model: "claude-opus-5", at, meters: { ...used, cache_write_tokens: 1000 } });
    expect(write).toMatchObject({ cost: "0.006425", status: "estimated", note: "cache_ttl_unknown" });
    const aborted = rated({
      model: "claude-opus-5",
      at,
      meters: used,
      more: { outcome: "aborted", usage_quality: "provisional" },
    });
    expect(aborted).toMatchObject({ status: "estimated", note: "usage_provisional" });
  });

  test("two equally right rows are a conflict, not a pick", () => {
    const [row] = shippedPrices();
    if (row === undefined) throw new Error("there are shipped prices");
    const twice = createPriceBook([row, { ...row, id: `${row.id}:again` }]);
    const data = ResponseData.parse({
      gateway: "t",
      platform: row.platform,
      model: row.model,
      started_at: at,
      outcome: "success",
      meters: used,
    });
    const result = rate(twice, {
      data,
      eventTimeMs: Date.parse("2026-11-20T00:00:00Z"),
      source: { allow_gateway_cost: false },
    });
    expect(result).toMatchObject({ cost: null, note: "ambiguous_price" });
  });
});
