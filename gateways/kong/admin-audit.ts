import { z } from "zod";
import type { AdaptContext, Adapted } from "#core/adapter.ts";
import type { AuditData } from "#core/event-data.ts";
import { scrubText } from "#core/redaction-shapes.ts";
import { ok } from "#core/result.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { detailsOf, memberNames } from "#gateways/details.ts";
import { claimed, FieldReader, personName } from "#gateways/field-reader.ts";
import { httpStatus } from "#gateways/kong/outcome.ts";
import { NO_CALL } from "#gateways/no-call.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { shaped } from "#gateways/shaped.ts";

const leaf = z.unknown().optional();

/** A row of `audit_requests` or `audit_objects` (Kong Enterprise, "Audit logs"). */
const AdminRecord = z.object({
  id: leaf,
  request_id: leaf,
  request_timestamp: leaf,
  rbac_user_id: leaf,
  rbac_user_name: leaf,
  workspace: leaf,
  // of audit_requests
  method: leaf,
  path: leaf,
  status: leaf,
  request_source: leaf,
  removed_from_payload: leaf,
  // of audit_objects
  dao_name: leaf,
  entity_key: leaf,
  entity: leaf,
  operation: leaf,
});
type AdminRecord = z.infer<typeof AdminRecord>;

/** Collections of the Admin API whose entries are named after people. */
const PEOPLE = /^(?:consumers|admins|developers|users|credentials)$/;

/** Whether a record tells of Kong's Admin API and not of a request that Kong proxied. */
export function isAdminRecord(record: Readonly<Record<string, unknown>>): boolean {
  if (!("request_id" in record) || "request" in record || "ai" in record) return false;
  return "dao_name" in record || ("method" in record && "path" in record);
}

/** What an administrator asked of Kong, or what that changed in its database: who and what, never the values. */
export function adaptAdmin(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(AdminRecord, element);
  if (!read.ok) return read;
  const record = read.value;
  const fields = new FieldReader();
  const { started_at, time_quality } = readCallTimes(
    { start: record.request_timestamp, firstToken: null, end: null },
    context.position.appendTimeMs,
    fields,
  );
  const { source } = context;
  const isObject = record.dao_name !== undefined;
  const data: AuditData = {
    ...NO_CALL,
    gateway: "kong",
    gateway_version: source.gateway_version,
    call_id: claimed(record.request_id),
    user:
      source.user_from === "none"
        ? null
        : (personName(record.rbac_user_name) ?? personName(record.rbac_user_id)),
    ...(isObject ? objectChange(record, fields) : adminRequest(record)),
    started_at,
    time_quality,
  };
  const identity = recordIdentity(identityParts(record, fields), context);
  return fields.fault ?? ok([{ ...identity, kind: "audit", data }]);
}

function identityParts(record: AdminRecord, fields: FieldReader): (string | null)[] | null {
  const id = idText(record.id, "id", fields);
  if (id !== null) return ["admin", id];
  const request = idText(record.request_id, "request_id", fields);
  if (request === null) return null;
  return ["admin", request, claimed(record.dao_name), claimed(record.entity_key), claimed(record.operation)];
}

function idText(value: unknown, name: string, fields: FieldReader): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") return fields.fail("bad_identity", `${name} is no text`);
  return scrubText(value).toWellFormed();
}

function objectChange(record: AdminRecord, fields: FieldReader) {
  const dao = fields.text(record.dao_name, "dao_name");
  const operation = fields.text(record.operation, "operation");
  if (dao === null || operation === null) fields.fail("bad_shape", "dao_name or operation is empty");
  return {
    action: `${dao}.${operation}`.slice(0, 512),
    target_type: dao,
    target_id: claimed(record.entity_key),
    outcome: "success",
    details: detailsOf({ fields: memberNames(record.entity), workspace: record.workspace }),
  } as const;
}

function adminRequest(record: AdminRecord) {
  const http = httpStatus(record.status);
  const isFault = http !== null && http >= 400;
  const outcome = http === null ? null : !isFault ? "success" : http < 500 ? "blocked" : "error";
  return {
    action: `admin.${sessionAction(record) ?? "request"}`,
    outcome,
    http_status: http,
    error_code: isFault ? String(http) : null,
    details: detailsOf({
      method: record.method,
      path: withoutNames(claimed(record.path, 2048)),
      source: record.request_source,
      workspace: record.workspace,
      removed: record.removed_from_payload,
    }),
  } as const;
}

/** Kong Manager signs in with `GET /auth` and out with `DELETE /auth?session_logout=true`. */
function sessionAction({ request_source, path, method }: AdminRecord): string | null {
  if (request_source !== "kong-manager" || typeof path !== "string" || path.split("?")[0] !== "/auth")
    return null;
  return method === "GET" ? "login" : method === "DELETE" ? "logout" : null;
}

/** The path without its query and without what follows a collection of people. */
function withoutNames(path: string | null): string | null {
  const names = path?.split("?")[0]?.split("/");
  return (
    names?.map((name, at) => (name !== "" && PEOPLE.test(names[at - 1] ?? "") ? "*" : name)).join("/") ?? null
  );
}
