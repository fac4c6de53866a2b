import { expect, test } from "vitest";
import type { AuditData } from "#core/event-data.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { context } from "#test/gateways/claude-code/support.ts";
import { changed, contextOf, eventsOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const named = (name: string) => fixture(`claude-code-${name}`);

function auditOf(record: Json, source: Partial<SourceSetting> = {}): AuditData {
  const [event, ...others] = eventsOf(record, context(source));
  if (event?.kind !== "audit" || others.length > 0) throw new Error("one audit event was due");
  return event.data;
}

test.each<[string, Partial<AuditData>]>([
  [
    "api-refusal",
    {
      action: "api_refusal",
      provider_request_id: "req_011TrailRefused",
      model: "claude-opus-5",
      outcome: null,
      attempt: 1,
      details: {
        "prompt.id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        has_category: "false",
        query_source: "repl_main_thread",
        server_fallback_hop: "true",
        speed: "normal",
      },
    },
  ],
  ["tool-decision", { action: "tool_decision", target_type: "tool", target_id: "Bash", outcome: "blocked" }],
  [
    "user-prompt",
    { action: "user_prompt", trace_id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427", time_quality: "stated" },
  ],
  ["response-body", { action: "api_response_body", provider_request_id: "req_011TrailClaudeCode" }],
  [
    "subagent-completed",
    {
      action: "subagent_completed",
      target_type: "agent",
      target_id: "general-purpose",
      started_at: "2026-11-19T10:03:28.000Z",
      ended_at: "2026-11-19T10:05:00.000Z",
    },
  ],
  [
    "auth",
    {
      action: "auth",
      outcome: "error",
      http_status: 401,
      error_type: "invalid_grant",
      user: "noor@shop.example",
    },
  ],
  [
    "tool-span",
    {
      action: "tool",
      target_id: "Bash",
      outcome: "error",
      session_id: "2f7d1c1e-93a0-4f0e-8f36-0d2f4c1b7a55",
    },
  ],
])("%s is an audit event", (name, expected) => {
  const { details, ...fields } = expected;
  const data = auditOf(named(name));
  expect(data).toMatchObject(fields);
  if (details !== undefined) expect(data.details).toEqual(details);
});

test("a sub-agent's total is its last request's footprint: kept as said, and never usage", () => {
  const [event] = eventsOf(named("subagent-completed"), context());
  expect(event?.kind).toBe("audit");
  expect(event?.data).toMatchObject({ details: { total_tokens: "48211" } });
  expect(event?.data).not.toHaveProperty("meters");
});

test.each([
  "permission_mode_changed",
  "tool_result",
  "assistant_response",
  "mcp_server_connection",
  "plugin_installed",
  "skill_activated",
  "hook_execution_complete",
  "at_mention",
  "internal_error",
  "api_retries_exhausted",
  "compaction",
  "api_request_body",
  "feedback_survey",
  "retention_sweep",
  "managed_settings_resolved",
  "something_of_a_later_version",
])("%s is an audit event by its own name", (name) => {
  const record = changed(named("auth"), { body: `claude_code.${name}` });
  const attributes = { ...(record["attributes"] as Json), "event.name": name };
  expect(auditOf({ ...record, attributes }).action).toBe(name);
});

test("details are few, short and none of what people wrote or tools said", () => {
  const record = named("auth");
  const noise = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`key_${at}`, "x".repeat(5000)]));
  const attributes = {
    ...(record["attributes"] as Json),
    ...noise,
    error: "It ranks",
    tool_input: "It ranks",
    trigger: "y".repeat(5000),
  };
  const { details } = auditOf({ ...record, attributes });
  expect(Object.keys(details).length).toBeLessThanOrEqual(32);
  expect(details["trigger"]).toHaveLength(512);
  expect(JSON.stringify(details)).not.toContain("It ranks");
});

test.each<[string, readonly string[], string]>([
  ["their address", [], "noor@shop.example"],
  ["their account", ["user.email"], "7a3d0c1e-1111-4f45-a044-8e06192aa465"],
  ["their installation, where nobody signed in", ["user.email", "user.account_uuid"], "dddddddd-idp-subject"],
])("a person is %s", (_what, without, user) => {
  const record = named("auth");
  const account = { "user.account_uuid": "7a3d0c1e-1111-4f45-a044-8e06192aa465" };
  const attributes: Json = { ...(record["attributes"] as Json), ...account };
  for (const name of without) delete attributes[name];
  expect(auditOf({ ...record, attributes })).toMatchObject({ user, end_user: null });
  expect(auditOf({ ...record, attributes }, { user_from: "none" })).toMatchObject({
    user: null,
    end_user: null,
  });
});

test("a person's groups at their identity provider are no labels of a cost", () => {
  expect(auditOf(named("auth")).tags).toEqual(["department:engineering", "cost_center:eng-123"]);
});

test("an attempt that is no number costs only itself", () => {
  const record = named("auth");
  const attributes = { ...(record["attributes"] as Json), attempt: "final" };
  expect(auditOf({ ...record, attributes })).toMatchObject({ attempt: null, action: "auth" });
});

test("a team is a claim, unless the resource is managed and the source says so", () => {
  const record = named("auth");
  const own = { ...record, attributes: { ...(record["attributes"] as Json), "team.id": "forged" } };
  const [claim] = eventsOf(own, context());
  expect(claim).not.toHaveProperty("attributedTeam");
  expect(claim?.data).toMatchObject({ team: null, claimed_team: "forged" });
  expect(eventsOf(own, context({ team_from: "resource" }))[0]?.attributedTeam).toBe("search");
  const without = changed(own, { resource: { "service.name": "claude-code" } });
  expect(eventsOf(without, context({ team_from: "resource" }))[0]?.attributedTeam).toBeNull();
});

test("two audit events of one moment without a number are two", () => {
  const record = named("auth");
  const { "event.sequence": _gone, ...attributes } = record["attributes"] as Json;
  const at = (element: number) =>
    eventsOf({ ...record, attributes }, contextOf({ gateway: "claude-code" }, {}, { element }))[0];
  expect(at(0)?.eventId).not.toBe(at(1)?.eventId);
  expect(at(0)?.identityQuality).toBe("position");
});

test.each<[string, Json]>([
  [
    "another service's log",
    { resource: { "service.name": "checkout" }, scope: { name: "checkout", attributes: {} }, body: "done" },
  ],
  ["a log without a name", { attributes: {}, body: undefined }],
])("%s is a reject", (_what, changes) => {
  const record = { ...named("auth"), attributes: { "event.name": "done" }, ...changes };
  expect(reasonOf(record, context())).toBe("unknown_event_type");
});

test("what is no element is a reject", () => {
  expect(reasonOf({ resourceLogs: [] }, context())).toBe("bad_shape");
  expect(reasonOf([], context())).toBe("not_a_record");
});
