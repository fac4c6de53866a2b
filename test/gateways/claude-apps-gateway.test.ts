import { describe, expect, test } from "vitest";
import { changed, contextOf, eventsOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "claude-apps-gateway" });
const auditOf = (record: Json, at = context) => {
  const [event, ...others] = eventsOf(record, at);
  if (event?.kind !== "audit" || others.length > 0) throw new Error("one audit event was due");
  return event;
};
const named = (name: string, changes: Json = {}) =>
  auditOf(changed(fixture(`claude-apps-gateway-${name}`), changes)).data;

describe("an audit line", () => {
  test("of a call says who, which model, where and how it ended, and is no usage", () => {
    expect(named("inference")).toEqual({
      gateway: "claude-apps-gateway",
      gateway_version: null,
      action: "inference",
      call_id: null,
      provider_request_id: null,
      provider_message_id: null,
      client_request_id: null,
      trace_id: null,
      attempt: null,
      parent_call_id: null,
      internal_origin: null,
      session_id: null,
      session_id_source: null,
      agent: null,
      parent_agent: null,
      team: null,
      team_alias: null,
      organization: null,
      project: null,
      user: "noor@shop.example",
      end_user: null,
      api_key: null,
      claimed_team: null,
      tags: [],
      client: null,
      api_format: null,
      operation: "generate",
      platform: "bedrock",
      model_requested: null,
      model: "claude-opus-5",
      region: null,
      inference_geo: null,
      service_tier: null,
      speed: null,
      stream: null,
      started_at: "2026-11-19T10:00:00.125Z",
      time_quality: "stated",
      ended_at: null,
      target_type: null,
      target_id: null,
      outcome: "success",
      http_status: 200,
      error_type: null,
      error_code: null,
      details: { upstream: "bedrock" },
    });
  });

  test.each<[string, string | null, string | null]>([
    ["config.load", "success", null],
    ["session.mint", null, null],
    ["session.refresh", null, null],
    ["device.authorize", null, null],
    ["device.verify", null, null],
    ["device.callback", null, null],
    ["auth.denied", "blocked", "because"],
    ["access.denied", "blocked", "because"],
    ["access.public_client", null, null],
    ["inference", null, null],
    ["managed.serve", "success", null],
    ["desktop_bootstrap.serve", "success", null],
    ["desktop_bootstrap.denied", "blocked", "because"],
    ["spend.blocked", "blocked", "because"],
    ["admin.denied", "blocked", "because"],
    ["admin.limit.upsert", "success", null],
    ["admin.limit.delete", "success", null],
    ["dream.begin", null, null],
  ])("%s is taken with its name; outcome %s", (evt, outcome, error_type) => {
    expect(auditOf({ evt, reason: "because" }).data).toMatchObject({
      action: evt,
      outcome,
      error_type,
      details: { reason: "because" },
      time_quality: "missing",
    });
  });

  test.each<[string, Json, Json]>([
    [
      "session-mint",
      {},
      { action: "session.mint", outcome: "success", user: "noor@shop.example", details: { result: "ok" } },
    ],
    ["session-mint", { result: "denied" }, { outcome: "blocked" }],
    ["session-mint", { result: "failed" }, { outcome: "error" }],
    [
      "auth-denied",
      {},
      { outcome: "blocked", error_type: "token_expired", details: { path: "/v1/messages" }, user: null },
    ],
    ["auth-denied", { path: "/v1/messages?code=abc" }, { details: { path: "/v1/messages" } }],
    [
      "spend-blocked",
      {},
      {
        outcome: "blocked",
        http_status: 429,
        error_code: "429",
        error_type: "limit_reached",
        details: { scope: "rbac_group", group: "contractors", period: "daily", amount: "10000" },
      },
    ],
    [
      "admin-limit-upsert",
      {},
      {
        target_type: "spend_limit",
        target_id: "spl_01TrailLimit",
        user: "jo@shop.example",
        details: { scope: "user" },
      },
    ],
    ["inference", { status: 529 }, { outcome: "error", http_status: 529, error_code: "529" }],
    ["inference", { status: "499" }, { outcome: "aborted" }],
    ["inference", { status: "none" }, { outcome: null, http_status: null }],
    ["inference", { upstream: "vertex-eu" }, { platform: "vertex", details: { upstream: "vertex-eu" } }],
    ["inference", { upstream: "anthropic" }, { platform: "anthropic-api" }],
    ["inference", { upstream: "mine" }, { platform: null }],
    ["inference", { email: null }, { user: "00u1a2b3c4TrailSub" }],
    ["inference", { ts: undefined, time: 1795082400125 }, { started_at: "2026-11-19T10:00:00.125Z" }],
    [
      "inference",
      { ts: undefined, "@timestamp": "2026-11-19T10:00:00Z" },
      { started_at: "2026-11-19T10:00:00.000Z" },
    ],
    ["inference", { policy_index: 3, checksum: "ab" }, { details: { policy_index: "3", checksum: "ab" } }],
    ["inference", { scope: "all" }, { outcome: "success" }],
  ])("%s with %j", (name, changes, expected) => {
    expect(named(name, changes)).toMatchObject(expected);
  });
});

test("details hold neither names nor addresses", () => {
  const { details } = named("admin-limit-upsert", { client_ip: "10.4.0.9", name: "Noor", token: "abc" });
  expect(JSON.stringify(details)).not.toMatch(/00u1|00u9|10\.4|Noor|abc|@/);
});

test("a line has no id: the collector's stamp or its place tells it from another", () => {
  const line = fixture("claude-apps-gateway-inference");
  const at = (element: number) =>
    auditOf(line, contextOf({ gateway: "claude-apps-gateway" }, {}, { element }));
  expect(at(0).identityQuality).toBe("position");
  expect(at(0).eventId).not.toBe(at(1).eventId);
  const stamped = auditOf(
    line,
    contextOf({ gateway: "claude-apps-gateway" }, { "spendtrail-record-id": "r" }),
  );
  expect(stamped.identityQuality).toBe("stamped");
});

test("user_from none names no user; the source declares a platform", () => {
  const source = contextOf({ gateway: "claude-apps-gateway", user_from: "none", platform: "vertex" });
  expect(
    auditOf({ evt: "inference", email: "noor@shop.example", upstream: "mine" }, source).data,
  ).toMatchObject({
    user: null,
    platform: "vertex",
  });
});

test.each<[string, unknown, string]>([
  ["no event", { status: 200 }, "bad_shape"],
  ["an event that is a list", { evt: ["inference"] }, "bad_shape"],
  ["an event with a NUL", { evt: "a\u0000" }, "bad_shape"],
  ["a time that is none", { evt: "inference", ts: "soon" }, "bad_time"],
  ["a number", 7, "not_a_record"],
])("%s is %s", (_, record, reason) => {
  expect(reasonOf(record, context)).toBe(reason);
});
