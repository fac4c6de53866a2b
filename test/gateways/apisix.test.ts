import { describe, expect, test } from "vitest";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { changed, contextOf, eventOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const call = fixture("apisix-claude-code");
const openai = fixture("apisix-openai");
const book = createPriceBook(shippedPrices());
const context = (source: Partial<SourceSetting> = {}) => contextOf({ gateway: "apisix", ...source });
const dataOf = (record: Json, source: Partial<SourceSetting> = {}) => eventOf(record, context(source)).data;

function rated(record: Json): string {
  const data = dataOf(record);
  const { cost, status, note } = rate(book, {
    data,
    eventTimeMs: Date.parse(data.started_at),
    source: context().source,
  });
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}

describe("a call of Claude Code", () => {
  test("says who, what, when and how much", () => {
    expect(dataOf(call)).toMatchObject({
      gateway: "apisix",
      gateway_version: "3.16.0",
      call_id: "5b0d3a8e-51a4-4a57-9c8e-1f6f1a2b0001",
      provider_request_id: "req_011TrailApisix",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "header",
      team: "search",
      user: "noor",
      end_user: "a-1",
      agent: "agent-7",
      client: "claude-cli/2.1.240",
      operation: "generate",
      api_format: "anthropic_messages",
      platform: "anthropic-api",
      model: "claude-opus-5",
      stream: true,
      outcome: "success",
      http_status: 200,
      started_at: "2026-11-19T10:00:00.125Z",
      first_token_at: "2026-11-19T10:00:02.708Z",
      ended_at: "2026-11-19T10:00:03.475Z",
      gateway_overhead_us: 40_000,
      usage_quality: "final",
    });
  });

  test("Claude's cached tokens are apart from prompt_tokens, and their lifetime is not told", () => {
    expect(dataOf(call).meters).toMatchObject({
      input_tokens: 3,
      cache_read_tokens: 11_367,
      cache_write_5m_tokens: null,
      cache_write_1h_tokens: null,
      cache_write_tokens: 4_673,
      output_tokens: 80,
    });
    // 3 x 5 + 11,367 x 0.5 + 4,673 x 6.25 + 80 x 25 per million.
    expect(rated(call)).toBe("0.03690475 estimated cache_ttl_unknown");
  });

  test("OpenAI's are inside", () => {
    expect(dataOf(openai).meters).toMatchObject({
      input_tokens: 500,
      cache_read_tokens: 1500,
      output_tokens: 100,
    });
    // 500 x 0.4 + 1,500 x 0.1 + 100 x 1.6 per million.
    expect(rated(openai)).toBe("0.00051 rated");
  });
});

describe("figures", () => {
  const summary = (changes: Json) =>
    changed(call, { llm_summary: { ...(call["llm_summary"] as Json), ...changes } });
  test.each<[string, Json, string]>([
    [
      "text of zeros is not known",
      {
        prompt_tokens: "0",
        completion_tokens: "0",
        total_tokens: "0",
        cache_read_input_tokens: "0",
        cache_creation_input_tokens: "0",
      },
      "usage_missing",
    ],
    [
      "all 0 is not known either",
      {
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        cache_read_input_tokens: 0,
        cache_creation_input_tokens: 0,
      },
      "usage_missing",
    ],
    ["a total that adds the cached tokens", { total_tokens: 83 + 11_367 + 4_673 }, "cache_ttl_unknown"],
    ["digits as text", { prompt_tokens: "3", completion_tokens: "80" }, "cache_ttl_unknown"],
  ])("%s", (_what, changes, note) => {
    expect(rated(summary(changes))).toContain(note);
  });

  test.each<[string, Json, string]>([
    ["a total that is not the sum", { total_tokens: 84 }, "meters_contradict"],
    ["negative", { prompt_tokens: -3 }, "bad_number"],
    ["a fraction", { completion_tokens: 1.5 }, "bad_number"],
    ["1e3", { completion_tokens: "1e3" }, "bad_number"],
    ["more thinking than output", { reasoning_tokens: 81 }, "meters_contradict"],
  ])("%s is refused", (_what, changes, reason) => {
    expect(reasonOf(summary(changes), context())).toBe(reason);
  });

  test("cached tokens of a provider that nobody declared are refused, until the source says how they are counted", () => {
    const record = changed(openai, { upstream: "llm.inside.example:443", "llm_summary.model": "acme-1" });
    expect(reasonOf(record, context())).toBe("usage_unreadable");
    expect(dataOf(record, { input_includes_cache: false }).meters.input_tokens).toBe(2000);
    expect(dataOf(record, { input_includes_cache: true }).meters.input_tokens).toBe(500);
  });

  test("cached tokens beyond the prompt are refused where they are counted inside", () => {
    expect(reasonOf(changed(openai, { "llm_summary.cache_read_input_tokens": 2001 }), context())).toBe(
      "meters_contradict",
    );
  });
});

describe("how it ended", () => {
  test.each<[string, Json, object]>([
    [
      "overloaded upstream",
      fixture("apisix-overloaded"),
      { outcome: "error", error_type: "upstream", error_code: "529", usage_quality: "missing" },
    ],
    [
      "refused by APISIX itself",
      fixture("apisix-refused"),
      { outcome: "blocked", error_type: "apisix", http_status: 401, user: null, model: null },
    ],
    [
      "the client left",
      changed(call, { "response.status": 499 }),
      { outcome: "aborted", usage_quality: "provisional" },
    ],
    ["a status as text", changed(call, { "response.status": "500" }), { outcome: "error", http_status: 500 }],
  ])("%s", (_what, record, expected) => {
    expect(dataOf(record)).toMatchObject(expected);
  });

  test("an error and a refusal without usage cost nothing", () => {
    expect(rated(fixture("apisix-overloaded"))).toBe("0 rated not_billed");
    expect(rated(fixture("apisix-refused"))).toBe("0 rated not_billed");
  });
});

describe("identity", () => {
  const idOf = (record: Json, offset = 41n) => {
    const { eventId, identityQuality } = eventOf(record, contextOf({ gateway: "apisix" }, {}, { offset }));
    return { eventId, identityQuality };
  };
  test("is the provider's request id with the start; another try of the same client id is another call", () => {
    expect(idOf(call).identityQuality).toBe("vendor");
    expect(idOf(call, 99n)).toEqual(idOf(call));
    expect(idOf(changed(call, { start_time: 1_795_082_400_126 }))).not.toEqual(idOf(call));
    expect(idOf(changed(call, { "response.headers.request-id": "req_2" }))).not.toEqual(idOf(call));
  });
  test("without any id it is the position", () => {
    const bare = changed(call, { "response.headers": {}, "request.headers": {} });
    expect(idOf(bare).identityQuality).toBe("position");
    expect(idOf(bare, 99n)).not.toEqual(idOf(bare));
  });
});

describe("who", () => {
  test("the session is in metadata.user_id, where the header is missing", () => {
    const record = changed(call, { "request.headers": { "user-agent": "x" } });
    expect(dataOf(record)).toMatchObject({
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
      session_id_source: "body",
    });
  });
  test("a consumer that is a team pays, and is no person", () => {
    const event = eventOf(call, context({ team_from: "consumer" }));
    expect(event).toMatchObject({ attributedTeam: "noor", data: { user: null } });
  });
  test("nobody, where the source says so", () => {
    expect(dataOf(call, { user_from: "none" })).toMatchObject({ user: null, end_user: null });
  });
});

describe("what is no call", () => {
  test.each<[string, Json, string]>([
    ["a probe", { method: "HEAD", uri: "/v1/messages" }, "other"],
    ["counting tokens", { method: "POST", uri: "/v1/messages/count_tokens" }, "count_tokens"],
    ["the list of models", { method: "GET", uri: "/v1/models" }, "list_models"],
    ["a route beside the models", { method: "POST", uri: "/orders" }, "other"],
  ])("%s", (_what, request, operation) => {
    const record = { ...fixture("apisix-refused"), request, response: { status: 200, headers: {} } };
    expect(dataOf(record).operation).toBe(operation);
  });
  test("a call whose summary is switched off is unpriced, and seen", () => {
    expect(rated(changed(call, { llm_summary: undefined }))).toBe("null unpriced usage_missing");
  });
});

test.each<[string, unknown, string]>([
  ["text", "GET / HTTP/1.1", "not_a_record"],
  ["a list", [], "not_a_record"],
  ["an empty object", {}, "bad_shape"],
  ["a request that is text", { request: "POST /v1/messages" }, "bad_shape"],
  ["a start that is no time", changed(call, { start_time: "soon" }), "bad_time"],
])("%s is refused", (_what, record, reason) => {
  expect(reasonOf(record, context())).toBe(reason);
});
