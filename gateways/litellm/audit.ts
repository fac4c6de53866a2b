import { z } from "zod";
import type { AdaptContext, Adapted } from "#core/adapter.ts";
import type { AuditData } from "#core/event-data.ts";
import { ok } from "#core/result.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { detailsOf, memberNames } from "#gateways/details.ts";
import { FieldReader, personName } from "#gateways/field-reader.ts";
import { idText } from "#gateways/litellm/id-text.ts";
import { keyHash } from "#gateways/litellm/key-hash.ts";
import { TABLES_WITHOUT_PEOPLE } from "#gateways/litellm/redaction.ts";
import { NO_CALL } from "#gateways/no-call.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { shaped } from "#gateways/shaped.ts";

const leaf = z.unknown().optional();

/** `StandardAuditLogPayload` (litellm/types/utils.py), which is also a row of the table LiteLLM_AuditLog. */
const AuditRecord = z.object({
  id: leaf,
  updated_at: leaf,
  changed_by: leaf,
  changed_by_api_key: leaf,
  action: leaf,
  table_name: leaf,
  object_id: leaf,
  object_team_id: leaf,
  success: leaf,
  updated_values: leaf,
});

/** What LiteLLM's tables hold (`LitellmTableNames`), where the name itself does not say it. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["LiteLLM_VerificationToken", "key"],
  ["LiteLLM_DeletedVerificationToken", "key"],
  ["LiteLLM_ProxyModelTable", "model"],
  ["LiteLLM_ModelTable", "model"],
]);

/** Whether a record tells of a change in LiteLLM's own tables and not of a call. */
export function isAuditRecord(record: Readonly<Record<string, unknown>>): boolean {
  return "table_name" in record && "object_id" in record && "action" in record;
}

/**
 * A change of a key, a team, a user or a setting: who changed it and which of its fields, never their values. The id of
 * a user is a person's name, so it is no target but the `end_user`, which is stored as a pseudonym.
 */
export function adaptAudit(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(AuditRecord, element);
  if (!read.ok) return read;
  const record = read.value;
  const fields = new FieldReader();
  const id = idText(record.id, "id", fields);
  const identity = recordIdentity(id === null ? null : ["audit", id], context);
  const table = fields.text(record.table_name, "table_name");
  const kind = kindOf(table);
  const isPerson = !TABLES_WITHOUT_PEOPLE.includes(table ?? "");
  const action = fields.text(record.action, "action");
  if (kind === null || action === null) fields.fail("bad_shape", "action or table_name is empty");
  const { started_at, time_quality } = readCallTimes(
    { start: record.updated_at, firstToken: null, end: null },
    context.position.appendTimeMs,
    fields,
  );
  const data: AuditData = {
    ...NO_CALL,
    gateway: "litellm",
    gateway_version: context.source.gateway_version,
    action: `${kind}.${action}`.slice(0, 512),
    target_type: kind,
    target_id: isPerson ? null : fields.text(record.object_id, "object_id"),
    outcome: outcomeOf(record.success),
    end_user: isPerson ? personName(record.object_id) : null,
    user: context.source.user_from === "none" ? null : personName(record.changed_by),
    api_key: keyHash(record.changed_by_api_key),
    details: detailsOf({ fields: memberNames(record.updated_values), team: record.object_team_id }),
    started_at,
    time_quality,
  };
  return fields.fault ?? ok([{ ...identity, kind: "audit", data }]);
}

/** `LiteLLM_TeamTable` is a team, `LiteLLM_ConfigOverrides` a config_overrides. */
function kindOf(table: string | null): string | null {
  if (table === null) return null;
  const bare = table.replace(/^LiteLLM_/, "").replace(/Table$/, "");
  return KINDS.get(table) ?? bare.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
}

/** Newer versions say whether the change was made; older ones have no record of a failed one. */
function outcomeOf(success: unknown): AuditData["outcome"] {
  if (success === undefined || success === null) return null;
  return success === false || success === "false" || success === "False" ? "error" : "success";
}
