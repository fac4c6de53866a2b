import { describe, expect, test } from "vitest";
import { changed, contextOf, eventsOf, fixture, type Json, reasonOf } from "#test/gateways/support.ts";

const context = contextOf({ gateway: "kong" });
const auditOf = (name: string, changes: Json = {}, at = context) => {
  const [event, ...others] = eventsOf(changed(fixture(name), changes), at);
  if (event?.kind !== "audit" || others.length > 0) throw new Error("one audit event was due");
  return event;
};

describe("the admin audit log", () => {
  test("of a request says who asked what, from where and with what answer", () => {
    expect(auditOf("kong-admin-request")).toMatchObject({
      identityQuality: "vendor",
      data: {
        gateway: "kong",
        action: "admin.request",
        call_id: "OjOcUBvtTrailAdminRequest00000001",
        user: "jo@shop.example",
        outcome: "success",
        http_status: 201,
        started_at: "2026-11-19T10:05:00.000Z",
        details: {
          method: "POST",
          path: "/default/consumers/*/key-auth",
          source: "kong-manager",
          workspace: "f381e34e-0000-4000-8000-000000000001",
          removed: "key",
        },
      },
    });
  });

  test("of a change says what was changed, with the names of its fields and no values", () => {
    expect(auditOf("kong-admin-object").data).toMatchObject({
      action: "consumers.create",
      target_type: "consumers",
      target_id: "16787ed7-0000-4000-8000-000000000001",
      user: "jo@shop.example",
      outcome: "success",
      details: { fields: "created_at, id, tags, username" },
    });
  });

  test.each<[string, Json, Json]>([
    [
      "a sign-in",
      { method: "GET", path: "/auth", status: 200 },
      { action: "admin.login", outcome: "success" },
    ],
    [
      "a sign-out",
      { method: "DELETE", path: "/auth?session_logout=true", status: 200 },
      { action: "admin.logout" },
    ],
    [
      "the same path from elsewhere",
      { method: "GET", path: "/auth", request_source: null },
      { action: "admin.request" },
    ],
    ["refused", { status: 403 }, { outcome: "blocked", error_code: "403" }],
    ["failed", { status: 500 }, { outcome: "error", error_code: "500" }],
    ["a status as text", { status: "201" }, { outcome: "success", http_status: 201 }],
    ["no status", { status: null }, { outcome: null, http_status: null }],
    [
      "a name in the path",
      { path: "/rbac/users/jo@shop.example/roles" },
      { details: { path: "/rbac/users/*/roles" } },
    ],
    ["an admin's name", { path: "/admins/jo@shop.example" }, { details: { path: "/admins/*" } }],
    [
      "a service's name",
      { path: "/services/claude/plugins" },
      { details: { path: "/services/claude/plugins" } },
    ],
    ["no RBAC", { rbac_user_name: null, rbac_user_id: null }, { user: null }],
    ["an id without a name", { rbac_user_name: null }, { user: "2e959b45-0000-4000-8000-000000000001" }],
    [
      "milliseconds, as old versions have them",
      { request_timestamp: 1795082700500 },
      { started_at: "2026-11-19T10:05:00.500Z" },
    ],
    ["no time", { request_timestamp: null }, { time_quality: "missing" }],
  ])("%s", (_, changes, expected) => {
    expect(auditOf("kong-admin-request", changes).data).toMatchObject(expected);
  });

  test("read again is the same event; a request and its change are two", () => {
    const ids = (name: string, changes: Json = {}, at = context) => auditOf(name, changes, at).eventId;
    const elsewhere = contextOf({ gateway: "kong" }, {}, { offset: 7n });
    expect(ids("kong-admin-request", {}, elsewhere)).toBe(ids("kong-admin-request"));
    expect(ids("kong-admin-object")).not.toBe(ids("kong-admin-request"));
    const nameless = { id: undefined };
    expect(ids("kong-admin-object", nameless, elsewhere)).toBe(ids("kong-admin-object", nameless));
    expect(ids("kong-admin-object", { ...nameless, operation: "delete" })).not.toBe(
      ids("kong-admin-object", nameless),
    );
    expect(auditOf("kong-admin-request", { request_id: "" }).identityQuality).toBe("position");
  });

  test.each<[string, string, Json, string]>([
    ["an id that is a number", "kong-admin-object", { id: 7 }, "bad_identity"],
    ["no operation", "kong-admin-object", { operation: "" }, "bad_shape"],
    ["a time that is none", "kong-admin-request", { request_timestamp: "soon" }, "bad_time"],
  ])("%s", (_, name, changes, reason) => {
    expect(reasonOf(changed(fixture(name), changes), context)).toBe(reason);
  });
});
