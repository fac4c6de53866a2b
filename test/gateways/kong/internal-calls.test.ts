import { describe, expect, test } from "vitest";
import { changed, contextOf, eventsOf, fixture, type Json } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "kong" });
const callsOf = (name: string, changes: Json = {}) =>
  eventsOf(changed(fixture(name), changes), context).flatMap((event) =>
    event.kind === "response" ? [event] : [],
  );

describe("several plugins in one record", () => {
  test("a transformer's call is billed beside the request's own", () => {
    const [own, other, ...rest] = callsOf("kong-transformer");
    expect(rest).toEqual([]);
    expect(own?.data).toMatchObject({
      internal_origin: null,
      model: "gpt-4o-2024-08-06",
      meters: { input_tokens: 14, output_tokens: 21 },
    });
    expect(other?.data).toMatchObject({
      internal_origin: "ai-request-transformer",
      parent_call_id: own?.data.call_id,
      call_id: own?.data.call_id,
      team: own?.data.team,
      session_id: own?.data.session_id,
      started_at: own?.data.started_at,
      platform: "azure-openai",
      model: "gpt-35-turbo",
      operation: "generate",
      outcome: "success",
      http_status: null,
      usage_quality: "final",
      meters: { input_tokens: 89, output_tokens: 56 },
      gateway_cost: { amount: "0.0012" },
    });
    expect(other?.eventId).not.toBe(own?.eventId);
  });

  test("both transformers are two calls", () => {
    const block = (fixture("kong-transformer")["ai"] as Json)["ai-request-transformer"];
    const calls = callsOf("kong-transformer", { "ai.ai-response-transformer": block });
    expect(calls.map(({ data }) => data.internal_origin)).toEqual([
      null,
      "ai-request-transformer",
      "ai-response-transformer",
    ]);
    expect(new Set(calls.map(({ eventId }) => eventId)).size).toBe(3);
  });

  test("one call under an old and a new name is counted once", () => {
    const ai = fixture("kong-claude-code")["ai"] as Json;
    const calls = callsOf("kong-claude-code", {
      ai: { ...ai, "ai-proxy": ai["proxy"], "ai-proxy-advanced": ai["proxy"] },
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.data.meters.output_tokens).toBe(80);
  });

  test.each(["proxy", "ai-proxy-advanced", "ai-proxy"])(
    "a block named %s is the request's own call",
    (name) => {
      const ai = fixture("kong-claude-code")["ai"] as Json;
      const calls = callsOf("kong-claude-code", { ai: { [name]: ai["proxy"] } });
      expect(calls.map(({ data }) => data.meters.input_tokens)).toEqual([10]);
    },
  );

  test("a judge states no tokens, so they are missing; a retrieval states those of its embedding", () => {
    const [, judge, retrieval] = callsOf("kong-judge-and-retrieval");
    expect(judge?.data).toMatchObject({
      internal_origin: "ai-llm-as-judge",
      model: "gpt-4o",
      model_requested: null,
      platform: "openai",
      usage_quality: "missing",
      meters: { input_tokens: null },
      gateway_cost: null,
    });
    expect(retrieval?.data).toMatchObject({
      internal_origin: "rag-inject",
      operation: "embed",
      platform: "openai",
      model: "text-embedding-3-small",
      usage_quality: "final",
      meters: { input_tokens: 62, output_tokens: 0 },
    });
  });

  test.each<[string, Json]>([
    ["no meta", { "ai.ai-request-transformer": { usage: {} } }],
    ["no object", { "ai.ai-request-transformer": "x" }],
    ["an empty table of Lua", { "ai.ai-request-transformer": [] }],
  ])("a block with %s is no call", (_, changes) => {
    expect(callsOf("kong-transformer", changes)).toHaveLength(1);
  });

  test("a retrieval with tokens that are no number is refused with the record", () => {
    const judged = changed(fixture("kong-judge-and-retrieval"), {
      "ai.proxy.rag-inject.embeddings_tokens": "many",
    });
    expect(() => eventsOf(judged, context)).toThrow("bad_number");
  });
});
