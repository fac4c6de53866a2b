import { describe, expect, test } from "vitest";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());
const converse = fixture("bedrock-invocation-log-converse");
const stream = fixture("bedrock-invocation-log-invoke-stream");
const offloaded = fixture("bedrock-invocation-log-offloaded");
const throttled = fixture("bedrock-invocation-log-throttled");
const context = (source: Partial<SourceSetting> = {}) =>
  contextOf({ gateway: "bedrock-invocation-log", ...source });
const dataOf = (record: unknown, source: Partial<SourceSetting> = {}) =>
  eventOf(record, context(source)).data;

function rated(record: Json): string {
  const data = dataOf(record);
  const call = { data, eventTimeMs: Date.parse(data.started_at), source: context().source };
  const { cost, status, note } = rate(book, call);
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}

const events = (stream["output"] as { outputBodyJson: Json[] }).outputBodyJson;
const usage = (changes: Json) =>
  changed(
    converse,
    Object.fromEntries(
      Object.entries(changes).map(([name, value]) => [`output.outputBodyJson.usage.${name}`, value]),
    ),
  );

describe("Converse", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf(converse)).toMatchObject({
      gateway: "bedrock-invocation-log",
      provider_request_id: "7487ab04-0000-4000-8000-000000000001",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "gateway",
      organization: "111122223333",
      team: null,
      claimed_team: "search",
      tags: ["stage=prod"],
      user: "arn:aws:iam::111122223333:user/jo@shop.example",
      end_user: "noor@shop.example",
      api_format: "bedrock_converse",
      operation: "generate",
      platform: "bedrock",
      model: "global.anthropic.claude-opus-4-5-20251101-v1:0",
      region: "us-west-2",
      inference_geo: "us-east-2",
      speed: "standard",
      stream: false,
      outcome: "success",
      stop_reason: "end_turn",
      started_at: "2026-11-19T11:00:00.000Z",
      usage_quality: "final",
      meters: {
        input_tokens: 3,
        cache_read_tokens: 52,
        cache_write_5m_tokens: 479,
        cache_write_1h_tokens: 24_000,
        cache_write_tokens: 0,
        output_tokens: 113,
      },
    });
    // (3 x 5 + 52 x 0.5 + 479 x 6.25 + 24,000 x 10 + 113 x 25) per million at the global rate.
    expect(rated(converse)).toBe("0.24585975 rated");
  });

  const spelt = {
    inputTokenCount: 3,
    outputTokenCount: 113,
    cacheReadInputTokenCount: 52,
    cacheWriteInputTokenCount: 24_479,
  };
  test.each<[string, Json]>([
    ["Nova's spelling", changed(converse, { "output.outputBodyJson.usage": spelt })],
    ["an older total, without cached tokens", usage({ totalTokens: 116 })],
    ["no total", usage({ totalTokens: undefined })],
    [
      "a stream's events",
      changed(converse, {
        operation: "ConverseStream",
        "output.outputBodyJson": [
          { messageStop: { stopReason: "end_turn" } },
          { metadata: { usage: (converse["output"] as { outputBodyJson: Json }).outputBodyJson["usage"] } },
        ],
      }),
    ],
  ])("%s", (_what, record) => {
    expect(dataOf(record)).toMatchObject({
      stop_reason: "end_turn",
      meters: { input_tokens: 3, cache_read_tokens: 52, output_tokens: 113 },
    });
  });

  test.each<[string, Json]>([
    ["a total that is not the sum", usage({ totalTokens: 117 })],
    ["the log's own count against the body's", changed(converse, { "input.inputTokenCount": 4 })],
    ["a cache written apart from it", changed(converse, { "input.cacheWriteInputTokenCount": 1 })],
  ])("%s is refused", (_what, record) => {
    expect(reasonOf(record, context())).toBe("meters_contradict");
  });
});

describe("InvokeModel", () => {
  test("a stream names the model behind an application's inference profile, and the lifetimes", () => {
    expect(dataOf(stream)).toMatchObject({
      provider_message_id: "msg_bdrk_01TrailStream",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "body",
      end_user: "7a3d0c1e-1111-4222-8333-444455556666",
      api_format: "bedrock_invoke",
      model_requested: "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/ab12cd34ef56",
      model: "claude-opus-4-6",
      stream: true,
      outcome: "success",
      meters: { cache_write_5m_tokens: 37, cache_write_1h_tokens: 25_000, output_tokens: 13 },
    });
  });

  test("a body that lies in S3 leaves the counts: lifetimes and session are not known", () => {
    expect(dataOf(offloaded)).toMatchObject({
      session_id: null,
      provider_message_id: null,
      model: "arn:aws:bedrock:us-west-2:111122223333:inference-profile/global.anthropic.claude-opus-4-7",
      outcome: "success",
      usage_quality: "final",
      meters: {
        input_tokens: 6,
        cache_write_5m_tokens: null,
        cache_write_tokens: 225_913,
        output_tokens: 167,
      },
    });
    expect(rated(offloaded)).toMatch(/ estimated cache_ttl_unknown$/);
  });

  test.each<[string, Json, object]>([
    [
      "a profile whose stream lies in S3",
      changed(stream, { "output.outputBodyJson": undefined }),
      {
        model: "arn:aws:bedrock:us-west-2:111122223333:application-inference-profile/ab12cd34ef56",
        usage_quality: "final",
      },
    ],
    [
      "events cut out of the log",
      changed(stream, { "output.outputBodyJson": ["…"] }),
      { outcome: "success", usage_quality: "final", meters: { output_tokens: 13 } },
    ],
    [
      "a stream that broke off is counted all the same",
      changed(stream, { "output.outputBodyJson": events.slice(0, 2) }),
      { outcome: "aborted", usage_quality: "final", meters: { output_tokens: 13 } },
    ],
    [
      "a body as text",
      changed(stream, { "output.outputBodyJson": JSON.stringify(events) }),
      { outcome: "success", provider_message_id: "msg_bdrk_01TrailStream" },
    ],
    [
      "an answer that is no stream",
      changed(stream, {
        operation: "InvokeModel",
        "output.outputBodyJson": {
          id: "msg_bdrk_2",
          type: "message",
          model: "claude-opus-4-6",
          stop_reason: "end_turn",
          usage: { input_tokens: 3, output_tokens: 13, cache_creation_input_tokens: 25_037 },
        },
      }),
      {
        stream: false,
        provider_message_id: "msg_bdrk_2",
        meters: { cache_write_tokens: 25_037, cache_read_tokens: 0 },
      },
    ],
    [
      "an embedding",
      changed(offloaded, { operation: "InvokeModel", modelId: "amazon.titan-embed-text-v2:0" }),
      { operation: "embed", model: "amazon.titan-embed-text-v2:0" },
    ],
    [
      "counting tokens",
      changed(throttled, { operation: "CountTokens", errorCode: undefined, status: undefined }),
      { operation: "count_tokens" },
    ],
    [
      "optimized latency has rates of its own",
      changed(converse, { "performanceConfig.latency": "optimized" }),
      { speed: null, usage_quality: "estimated" },
    ],
    [
      "a tier",
      changed(converse, { serviceTier: { type: "flex" } }),
      { service_tier: "flex", usage_quality: "final" },
    ],
  ])("%s", (_what, record, expected) => {
    expect(dataOf(record)).toMatchObject(expected);
  });

  test("a throttled call is an error that costs nothing", () => {
    expect(dataOf(throttled)).toMatchObject({
      outcome: "error",
      http_status: 429,
      error_type: "ThrottlingException",
      usage_quality: "missing",
    });
    expect(rated(throttled)).toBe("0 rated not_billed");
  });
});

describe("who", () => {
  const role = "arn:aws:sts::111122223333:assumed-role/search-gateway";
  test("a principal is a person, unless the source says that it has none", () => {
    expect(dataOf(stream)).toMatchObject({ user: `${role}/noor@shop.example`, api_key: null });
    expect(dataOf(stream, { user_from: "none" })).toMatchObject({ user: null, api_key: role });
  });
  test.each<[string, string]>([
    [`${role}/i-0abc`, "search-gateway"],
    ["arn:aws:iam::111122223333:role/teams/search", "search"],
    ["arn:aws:iam::111122223333:user/jo", "jo"],
  ])("the principal is the team, where the source says so: %s", (arn, team) => {
    const event = eventOf(changed(stream, { "identity.arn": arn }), context({ team_from: "consumer" }));
    expect(event).toMatchObject({ attributedTeam: team, data: { user: null } });
  });
  test("a session of the metadata goes before the body's", () => {
    const record = changed(stream, { requestMetadata: { session_id: "s-1" } });
    expect(dataOf(record)).toMatchObject({ session_id: "s-1", session_id_source: "gateway" });
    expect(dataOf(changed(stream, { requestMetadata: { session_id: "" } })).session_id_source).toBe("body");
  });
});

test("of the metadata only what is stored becomes a tag", () => {
  const requestMetadata = {
    stage: "prod",
    api_key: "abc",
    Content: "c",
    User: "noor",
    "sk-ant-0123456789ab": "v",
    n: 5,
  };
  expect(dataOf(changed(stream, { requestMetadata })).tags).toEqual(["stage=prod"]);
});

test("a record delivered twice is one call; CloudWatch's log event holds the same record", () => {
  const idOf = (record: unknown, offset: bigint) =>
    eventOf(record, contextOf({ gateway: "bedrock-invocation-log" }, {}, { offset })).eventId;
  expect(idOf(stream, 9n)).toBe(idOf(stream, 10n));
  expect(idOf({ id: "3721", timestamp: 1, message: JSON.stringify(stream) }, 11n)).toBe(idOf(stream, 10n));
  expect(idOf(offloaded, 9n)).not.toBe(idOf(stream, 9n));
});

test.each<[string, unknown, string]>([
  ["another record", { schemaType: "GuardrailLog", operation: "Apply" }, "bad_shape"],
  ["an empty object", {}, "bad_shape"],
  ["a time that is none", changed(stream, { timestamp: "soon" }), "bad_time"],
  ["a count that is none", changed(offloaded, { "output.outputTokenCount": -1 }), "bad_number"],
  ["a request id that is a list", changed(stream, { requestId: ["a"] }), "bad_shape"],
])("%s is refused", (_what, record, reason) => {
  expect(reasonOf(record, context())).toBe(reason);
});
