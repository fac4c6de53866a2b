import { describe, expect, test } from "vitest";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());
const stream = fixture("anthropic-claude-code-stream");
const context = (source: Partial<SourceSetting> = {}) => contextOf({ gateway: "anthropic", ...source });
const dataOf = (record: Json, source: Partial<SourceSetting> = {}) => eventOf(record, context(source)).data;

function rated(record: Json): string {
  const data = dataOf(record);
  const call = { data, eventTimeMs: Date.parse(data.started_at), source: context().source };
  const { cost, status, note } = rate(book, call);
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}

test("a stream of Claude Code says who, what, when and how much", () => {
  expect(dataOf(stream)).toMatchObject({
    gateway: "anthropic",
    call_id: "cap-0001",
    provider_request_id: "req_011TrailStream",
    provider_message_id: "msg_01TrailStream",
    client_request_id: "9b1a7c0e-5c1d-4c55-9d5c-000000000001",
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    attempt: 1,
    session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    session_id_source: "header",
    agent: "agent-7",
    team: "search",
    user: "noor@shop.example",
    end_user: "7a3d0c1e-1111-4222-8333-444455556666",
    api_key: "search-prod",
    claimed_team: "search",
    tags: ["team:search", "env:prod"],
    client: "claude-cli/2.1.240",
    operation: "generate",
    api_format: "anthropic_messages",
    platform: "anthropic-api",
    model_requested: "claude-opus-5",
    model: "claude-opus-5",
    inference_geo: "us",
    service_tier: "standard",
    stream: true,
    outcome: "success",
    http_status: 200,
    stop_reason: "end_turn",
    started_at: "2026-11-19T10:00:00.125Z",
    first_token_at: "2026-11-19T10:00:02.708Z",
    ended_at: "2026-11-19T10:00:03.475Z",
    usage_quality: "final",
    parts: [],
  });
  // (3 x 5 + 11,367 x 0.5 + 673 x 6.25 + 4,000 x 10 + 80 x 25) per million, in the US at 1.1 times.
  expect(rated(stream)).toBe("0.057095225 rated");
});

describe("each form of a record", () => {
  test.each<[string, object]>([
    [
      "anthropic-web-search-text",
      {
        model: "claude-sonnet-5",
        started_at: "2026-11-19T10:00:00.125Z",
        meters: { input_tokens: 10_682, output_tokens: 510, web_search_requests: 1 },
      },
    ],
    [
      "anthropic-message",
      {
        call_id: null,
        provider_message_id: "msg_01TrailBare",
        time_quality: "missing",
        speed: "fast",
        inference_geo: null,
        meters: { cache_write_1h_tokens: 4673, cache_write_5m_tokens: 0 },
      },
    ],
    [
      "anthropic-compaction-advisor",
      {
        attempt: 3,
        stream: false,
        model: "claude-sonnet-5",
        meters: {
          input_tokens: 1412,
          cache_read_tokens: 52_000,
          cache_write_5m_tokens: 600,
          output_tokens: 731,
        },
        parts: [
          { kind: "compaction", model: null },
          { kind: "advisor_message", model: "claude-opus-5" },
        ],
      },
    ],
    [
      "anthropic-server-fallback",
      {
        model_requested: "claude-fable-5",
        model: "claude-opus-4-8",
        meters: {
          input_tokens: 412,
          cache_read_tokens: 3000,
          cache_write_1h_tokens: 900,
          output_tokens: 264,
        },
        parts: [{ model: "claude-fable-5", meters: { cache_write_5m_tokens: 4000, output_tokens: 38 } }],
      },
    ],
    [
      "anthropic-batch-result",
      {
        call_id: "sku-40017",
        parent_call_id: "msgbatch_01Trail",
        service_tier: "batch",
        operation: "generate",
        team: "catalogue",
        started_at: "2026-11-19T08:00:00.000Z",
        ended_at: "2026-11-19T08:41:07.500Z",
      },
    ],
    [
      "anthropic-bedrock-stream",
      {
        platform: "bedrock",
        api_format: "bedrock_invoke",
        region: "us-west-2",
        provider_request_id: "f3ae32b1-0000-4000-8000-000000000001",
        model: "us.anthropic.claude-opus-4-6-v1",
        service_tier: "standard",
        first_token_at: "2026-11-19T10:25:02.635Z",
        meters: { input_tokens: 3, cache_write_tokens: 25_037, output_tokens: 13 },
      },
    ],
    [
      "anthropic-bedrock-invoke",
      {
        platform: "bedrock",
        region: "eu-central-1",
        model_requested:
          "arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/ab12cd34ef56",
        model: "claude-sonnet-4-5-20250929",
        meters: { input_tokens: 30, cache_read_tokens: 0, cache_write_tokens: 0, output_tokens: 13 },
      },
    ],
    [
      "anthropic-vertex",
      {
        platform: "vertex",
        api_format: "vertex_rawpredict",
        region: "us-east5",
        model_requested: "claude-opus-4-6",
        model: "claude-opus-4-6",
        meters: { cache_write_5m_tokens: 4673, output_tokens: 80 },
      },
    ],
  ])("%s", (name, expected) => {
    expect(dataOf(fixture(name))).toMatchObject(expected);
  });
});

describe("operations", () => {
  test.each<[string, string, string, string]>([
    ["a message", "POST", "/v1/messages?beta=true", "generate"],
    ["counting tokens", "POST", "/v1/messages/count_tokens", "count_tokens"],
    ["counting tokens at Bedrock", "POST", "/model/us.anthropic.claude-opus-5/count-tokens", "count_tokens"],
    [
      "counting tokens at Vertex",
      "POST",
      "/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict",
      "count_tokens",
    ],
    ["the list of models", "GET", "/v1/models?limit=1000", "list_models"],
    ["inference profiles", "GET", "/inference-profiles?type=SYSTEM_DEFINED", "list_models"],
    ["a probe", "HEAD", "/api/hello", "other"],
    ["a probe of the models", "HEAD", "/v1/models", "other"],
    ["polling a batch", "GET", "/v1/messages/batches/msgbatch_1", "other"],
    ["making a batch", "POST", "/v1/messages/batches", "other"],
  ])("%s", (_what, method, path, operation) => {
    const response = {
      status: 200,
      headers: {},
      body: operation === "count_tokens" ? { input_tokens: 9 } : {},
    };
    const record = { request: { method, path, started_at: "2026-11-19T10:00:00Z" }, response };
    expect(dataOf(record)).toMatchObject({ operation, meters: { input_tokens: null }, outcome: "success" });
    expect(rated(record)).toBe(
      operation === "generate" ? "null unpriced usage_missing" : "0 rated not_billed",
    );
  });
});

describe("where a call went", () => {
  const at = (url: string) => changed(stream, { "request.url": url });
  test.each<[string, Json, string]>([
    ["Anthropic", stream, "anthropic-api"],
    ["Foundry", at("https://shop.services.ai.azure.com/anthropic/v1/messages"), "foundry"],
    ["Bedrock by its host", fixture("anthropic-bedrock-stream"), "bedrock"],
    ["Bedrock by its path", at("/model/anthropic.claude-opus-5/invoke"), "bedrock"],
    [
      "Bedrock by its message",
      changed(at("https://llm.shop.example/v1/messages"), {
        "response.events.0.data.message.id": "msg_bdrk_1",
      }),
      "bedrock",
    ],
    [
      "Vertex by its message",
      changed(at("https://llm.shop.example/v1/messages"), {
        "response.events.0.data.message.id": "msg_vrtx_1",
      }),
      "vertex",
    ],
  ])("%s", (_what, record, platform) => {
    expect(dataOf(record).platform).toBe(platform);
  });
  test("a host that nobody knows is what the source says", () => {
    expect(dataOf(at("https://llm.shop.example/v1/messages"), { platform: "foundry" }).platform).toBe(
      "foundry",
    );
  });
  test("a path that cannot be decoded is kept as it is", () => {
    expect(dataOf(at("/model/anthropic.claude%E0%A4%A/invoke")).model_requested).toBe("claude-opus-5");
    const bare = changed(at("/model/anthropic.claude%E0%A4%A/invoke"), { "request.body": {} });
    expect(dataOf(bare).model_requested).toBe("anthropic.claude%E0%A4%A");
  });
});

describe("who", () => {
  test("the session is in metadata.user_id, where the header is missing or empty", () => {
    const record = changed(stream, { "request.headers": { "x-claude-code-session-id": "" } });
    expect(dataOf(record)).toMatchObject({
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "body",
    });
  });
  test("the next hop of a Claude apps gateway names the person", () => {
    const record = changed(stream, { "request.headers.x-claude-gateway-user-id": "idp|42" });
    expect(dataOf(record).end_user).toBe("idp|42");
  });
  test("nobody, where the source says so", () => {
    expect(dataOf(stream, { user_from: "none" })).toMatchObject({
      user: null,
      end_user: null,
      team: "search",
    });
  });
});

test.each<[string, unknown, string]>([
  ["text", "event: ping", "not_a_record"],
  ["an empty object", {}, "bad_shape"],
  ["another kind of object", { type: "message_batch", id: "msgbatch_1" }, "bad_shape"],
  ["a response that is text", { response: "200 OK" }, "bad_shape"],
  ["a batch's line of an unknown type", { custom_id: "a", result: { type: "paused" } }, "bad_shape"],
  ["a team that is a list", changed(stream, { team: ["search"] }), "bad_shape"],
  ["a start that is no time", changed(stream, { "request.started_at": "soon" }), "bad_time"],
  [
    "usage that is a sentence",
    changed(fixture("anthropic-message"), { usage: "3 in, 80 out" }),
    "usage_unreadable",
  ],
  [
    "Bedrock's headers against its body",
    changed(fixture("anthropic-bedrock-invoke"), {
      "response.headers.x-amzn-bedrock-output-token-count": "14",
    }),
    "meters_contradict",
  ],
])("%s is refused", (_what, record, reason) => {
  expect(reasonOf(record, context())).toBe(reason);
});
