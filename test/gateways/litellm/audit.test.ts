import { describe, expect, test } from "vitest";
import { redact } from "#core/redaction.ts";
import {
  adapterOf,
  changed,
  contextOf,
  eventsOf,
  fixture,
  type Json,
  reasonOf,
} from "#test/gateways/support.ts";

const context = contextOf({ gateway: "litellm" });
const auditOf = (name: string, changes: Json = {}, at = context) =>
  eventsOf(changed(fixture(name), changes), at)[0];

describe("a change in LiteLLM's own tables", () => {
  test("is an audit event with the names of what changed, and no values", () => {
    const events = eventsOf(fixture("litellm-audit-key"), context);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      kind: "audit",
      identityQuality: "vendor",
      data: {
        gateway: "litellm",
        action: "key.created",
        target_type: "key",
        target_id: "77aa0f0c8a3f4d62b7a1c9e0d4f8a6b35b1f0f0c8a3f4d62b7a1c9e0d4f8a6b3",
        user: "noor@shop.example",
        end_user: null,
        api_key: "5b1f0f0c8a3f4d62b7a1c9e0d4f8a6b35b1f0f0c8a3f4d62b7a1c9e0d4f8a6b3",
        outcome: "success",
        details: { fields: "blocked, key_alias, max_budget, models, team_id, user_id", team: "team-search" },
        started_at: "2026-11-19T10:05:00.250Z",
        time_quality: "stated",
        platform: null,
      },
    });
  });

  test("of a team, in the older form, does not say whether it was made", () => {
    expect(auditOf("litellm-audit-team")?.data).toMatchObject({
      action: "team.updated",
      target_id: "team-search",
      outcome: null,
      api_key: null,
      details: { fields: "max_budget" },
    });
  });

  test.each<[string, Json, Json]>([
    ["blocked", { action: "blocked" }, { action: "key.blocked" }],
    ["rotated", { action: "rotated" }, { action: "key.rotated" }],
    [
      "a deleted model",
      { action: "deleted", table_name: "LiteLLM_ProxyModelTable" },
      { action: "model.deleted", target_type: "model" },
    ],
    [
      "a table of two words",
      { table_name: "LiteLLM_ConfigOverrides" },
      { action: "config_overrides.created" },
    ],
    [
      "a user, whose id is a name",
      { table_name: "LiteLLM_UserTable", object_id: "jo@shop.example" },
      { action: "user.created", target_id: null, end_user: "jo@shop.example" },
    ],
    [
      "a table of tomorrow",
      { table_name: "LiteLLM_DreamTable", object_id: "d-1" },
      { action: "dream.created", target_id: null, end_user: "d-1" },
    ],
    ["a change that was refused", { success: false }, { outcome: "error" }],
    ["nothing changed", { updated_values: null }, { details: { team: "team-search" } }],
    ["values as an object", { updated_values: { b: 1, a: 2 } }, { details: { fields: "a, b" } }],
    [
      "more names than fit",
      { updated_values: Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`member_${n}`, n])) },
      { details: { fields: expect.stringMatching(/^member_0, .{400,497}, …$/) } },
    ],
    [
      "a raw key in the place of its hash",
      { changed_by_api_key: "sk-live0123456789abcdef" },
      { api_key: null },
    ],
    [
      "the master key's name",
      { changed_by_api_key: "litellm_proxy_master_key" },
      { api_key: "litellm_proxy_master_key" },
    ],
  ])("%s", (_, changes, expected) => {
    expect(auditOf("litellm-audit-key", changes)?.data).toMatchObject(expected);
  });

  test("posted again is the same event; another record is another", () => {
    const idOf = (changes: Json, at = context) => auditOf("litellm-audit-key", changes, at)?.eventId;
    expect(idOf({}, contextOf({ gateway: "litellm" }, {}, { offset: 9n }))).toBe(idOf({}));
    expect(idOf({ id: "other" })).not.toBe(idOf({}));
    expect(auditOf("litellm-audit-key", { id: null })?.identityQuality).toBe("position");
  });

  test.each<[string, Json, string]>([
    ["no action", { action: "" }, "bad_shape"],
    ["an action that is a list", { action: ["created"] }, "bad_shape"],
    ["an id that is a number", { id: 7 }, "bad_identity"],
    ["a time that is none", { updated_at: "soon" }, "bad_time"],
  ])("%s is %s", (_, changes, reason) => {
    expect(reasonOf(changed(fixture("litellm-audit-key"), changes), context)).toBe(reason);
  });

  test("is stored with the names of its members and without what they held", () => {
    const stored = redact(
      JSON.stringify([fixture("litellm-audit-key"), fixture("litellm-audit-team")]),
      adapterOf("litellm").redaction,
      (name) => `u_${String(name.length).padStart(32, "0")}`,
    );
    expect(stored).not.toMatch(/jo@|noor@|claude-opus|: 250|: 100|: 50/);
    expect(stored).toContain("team-search");
    const [, team] = JSON.parse(stored) as Json[];
    expect(team?.["before_value"]).toBe(
      '{"team_alias": "[content 6 bytes]", "max_budget": "[content 5 bytes]", "members": "[content 19 bytes]"}',
    );
  });
});
