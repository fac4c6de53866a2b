import { describe, expect, test } from "vitest";
import { changed, contextOf, eventOf, fixture, type Json } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "litellm" });
const dataOf = (name: string, changes: Json = {}) => eventOf(changed(fixture(name), changes), context).data;

describe("a call through a pass-through route", () => {
  test("to Bedrock is told by its address; of a usage in the response nothing is read, since that is content", () => {
    expect(dataOf("litellm-pass-through-bedrock")).toMatchObject({
      operation: "generate",
      api_format: "bedrock_invoke",
      platform: "bedrock",
      model: "eu.anthropic.claude-opus-5",
      region: "eu-central-1",
      stream: true,
      usage_quality: "missing",
      meters: { input_tokens: null, output_tokens: null },
      gateway_cost: null,
    });
  });

  test("to Vertex, with its usage", () => {
    expect(dataOf("litellm-pass-through-vertex")).toMatchObject({
      api_format: "vertex_rawpredict",
      platform: "vertex",
      model: "claude-opus-5@20260724",
      region: "europe-west1",
      usage_quality: "final",
      meters: { input_tokens: 10, cache_read_tokens: 8000, cache_write_5m_tokens: 330 },
      gateway_cost: null,
    });
  });

  const route = (path: string, more: Json = {}) => ({
    api_base: "",
    stream: null,
    "metadata.user_api_key_request_route": path,
    ...more,
  });
  test.each<[string, Json, Json]>([
    [
      "Bedrock's converse",
      route("/bedrock/model/amazon.nova-pro-v1:0/converse-stream"),
      {
        api_format: "bedrock_converse",
        model: "amazon.nova-pro-v1:0",
        platform: "bedrock",
        stream: true,
        region: null,
      },
    ],
    [
      "an ARN in the path",
      route(
        "/bedrock/model/arn%3Aaws%3Abedrock%3Aeu-west-3%3A1%3Ainference-profile%2Feu.anthropic.claude-opus-5/invoke",
      ),
      {
        model: "arn:aws:bedrock:eu-west-3:1:inference-profile/eu.anthropic.claude-opus-5",
        region: "eu-west-3",
        stream: null,
      },
    ],
    [
      "Anthropic's own API",
      route("/anthropic/v1/messages"),
      { api_format: "anthropic_messages", platform: "anthropic-api", model: null },
    ],
    [
      "a count of tokens",
      route("/anthropic/v1/messages/count_tokens"),
      { operation: "count_tokens", platform: "anthropic-api" },
    ],
    [
      "Vertex's count of tokens",
      route(
        "/vertex_ai/v1/projects/p/locations/us-east5/publishers/anthropic/models/count-tokens:rawPredict",
      ),
      { operation: "count_tokens", region: "us-east5" },
    ],
    ["a list of models", route("/openai/v1/models"), { operation: "list_models", platform: "openai" }],
    [
      "a route of the operator's own",
      route("/my-route/x", { custom_llm_provider: "cohere" }),
      { api_format: "pass_through", platform: "cohere", model: null },
    ],
    ["a model that LiteLLM names", route("/my-route/x", { model: "command-r" }), { model: "command-r" }],
    [
      "an address that is none",
      route("/bedrock", { api_base: "not an address" }),
      { platform: "bedrock", api_format: "pass_through" },
    ],
    ["a broken escape", route("/bedrock/model/%E0%A4%A/invoke"), { model: "%E0%A4%A" }],
  ])("%s", (_, changes, expected) => {
    expect(dataOf("litellm-pass-through-bedrock", changes)).toMatchObject(expected);
  });
});

test("a call that LiteLLM makes by itself is billed and says why it was made", () => {
  expect(dataOf("litellm-internal-classifier")).toMatchObject({
    internal_origin: "autorouter_classifier",
    operation: "generate",
    model: "claude-haiku-4-5",
    meters: { input_tokens: 210, output_tokens: 40 },
  });
});

test("a batch is billed when its result is fetched, at its own tier", () => {
  expect(dataOf("litellm-batch-result")).toMatchObject({
    operation: "batch",
    service_tier: "batch",
    platform: "openai",
    meters: { input_tokens: 100_000, output_tokens: 20_000 },
    gateway_cost: { amount: "0.42" },
  });
});

test("a tool over MCP asks no model", () => {
  expect(dataOf("litellm-mcp-tool")).toMatchObject({
    operation: "mcp",
    usage_quality: "missing",
    gateway_cost: null,
  });
});
