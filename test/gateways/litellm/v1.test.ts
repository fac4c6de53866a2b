import { describe, expect, test } from "vitest";
import { redact } from "#core/redaction.ts";
import {
  adapterOf,
  changed,
  contextOf,
  eventOf,
  fixture,
  type Json,
  reasonOf,
} from "#test/gateways/support.ts";

const v1 = fixture("litellm-v1");
const context = contextOf({ gateway: "litellm" });
const dataOf = (changes: Json = {}) => eventOf(changed(v1, changes), context).data;

describe("the record of generic_api_use_v1, of which every value is text", () => {
  test("says who, what and how much in Python's literals", () => {
    expect(dataOf()).toMatchObject({
      call_id: "chatcmpl-TrailFixtureV1-01",
      provider_message_id: "chatcmpl-TrailFixtureV1-01",
      session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
      session_id_source: "header",
      team: "team-search",
      team_alias: "Search",
      user: "noor@shop.example",
      end_user: "7a3d0c1e-1111-4222-8333-444455556666",
      api_key: "5b1f0f0c8a3f4d62b7a1c9e0d4f8a6b35b1f0f0c8a3f4d62b7a1c9e0d4f8a6b3",
      tags: ["nightly", "team:ranking"],
      operation: "generate",
      api_format: "openai_chat",
      platform: "anthropic-api",
      model: "claude-opus-5",
      model_requested: "claude-opus-5",
      started_at: "2026-11-19T10:00:00.125Z",
      ended_at: "2026-11-19T10:00:03.500Z",
      outcome: "success",
      meters: { input_tokens: 10, cache_read_tokens: 8000, cache_write_tokens: 1330, output_tokens: 80 },
      gateway_cost: { amount: "0.0187265", currency: "USD" },
    });
  });

  test.each<[string, Json, Json]>([
    [
      "a usage that is a dict",
      { usage: "{'prompt_tokens': 10, 'completion_tokens': 2, 'total_tokens': 12}" },
      { meters: { input_tokens: 10, output_tokens: 2 } },
    ],
    ["no usage", { usage: "None" }, { usage_quality: "missing", meters: { input_tokens: null } }],
    ["no cost", { cost: "None" }, { gateway_cost: null }],
    ["a cost of 0", { cost: "0.0" }, { gateway_cost: null }],
    ["a hit of the cache", { cache_hit: "True" }, { outcome: "cached" }],
    ["a call type with its class", { call_type: "CallTypes.aembedding" }, { operation: "embed" }],
    [
      "a call type with its library",
      { call_type: "litellm.completion" },
      { operation: "generate", api_format: "openai_chat" },
    ],
    ["no user", { user: "None" }, { end_user: null }],
    [
      "no metadata",
      { metadata: "{}" },
      { team: null, session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4", session_id_source: "body" },
    ],
    ["no metadata by name", { metadata: "None" }, { team: null, platform: "unknown" }],
  ])("%s", (_, changes, expected) => {
    expect(dataOf(changes)).toMatchObject(expected);
  });

  test.each<[string, Json, string]>([
    ["metadata that is cut off", { metadata: "{'user_api_key_team_id': 'team-sea" }, "bad_shape"],
    ["metadata with an object of an unknown form", { metadata: "{'span': <odd thing>}" }, "bad_shape"],
    ["metadata that is a list", { metadata: "['a']" }, "bad_shape"],
    ["usage that is a sentence", { usage: "no usage" }, "usage_unreadable"],
    ["usage that is cut off", { usage: "Usage(prompt_tokens=10, comple" }, "usage_unreadable"],
    ["a cost that is none", { cost: "free" }, "bad_number"],
    [
      "a total that is not the sum",
      { usage: "{'prompt_tokens': 1, 'completion_tokens': 1, 'total_tokens': 3}" },
      "meters_contradict",
    ],
  ])("%s is refused as %s", (_, changes, reason) => {
    expect(reasonOf(changed(v1, changes), context)).toBe(reason);
  });

  test("is stored without the names and keys in its Python text, and still readable", () => {
    const rules = adapterOf("litellm").redaction;
    const stored = redact(JSON.stringify(v1), rules, (name) => `u_${String(name.length).padStart(32, "0")}`);
    expect(stored).not.toMatch(/noor@|gw-key-SHOULD|10\.4\.0\.9|you are a helper|ranker|It ranks/);
    expect(eventOf(JSON.parse(stored), context).data).toMatchObject({
      team: "team-search",
      user: "u_00000000000000000000000000000017",
    });
  });
});

test("an older record has no call id and no session of its own", () => {
  expect(eventOf(fixture("litellm-older"), context).data).toMatchObject({
    call_id: "msg_01TrailFixtureOlder01",
    session_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
    session_id_source: "header",
    trace_id: "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4",
    started_at: "2026-11-19T10:00:00.125Z",
    meters: { input_tokens: 10, cache_read_tokens: 8000 },
  });
});
