import type { AdaptContext, Adapted, Adapter, RedactionRules } from "#core/adapter.ts";
import type { AuditData } from "#core/event-data.ts";
import { no, ok } from "#core/result.ts";
import { readCallTimes } from "#gateways/call-times.ts";
import { AuditLine } from "#gateways/claude-apps-gateway/line.ts";
import { endingOf } from "#gateways/claude-apps-gateway/outcome.ts";
import { detailsOf } from "#gateways/details.ts";
import { claimed, FieldReader, personName } from "#gateways/field-reader.ts";
import { NO_CALL } from "#gateways/no-call.ts";
import { recordIdentity } from "#gateways/record-identity.ts";
import { shaped } from "#gateways/shaped.ts";

const REDACTION: RedactionRules = {
  credential: [],
  content: [],
  person: [
    "sub",
    "email",
    "actor",
    "name",
    "user_id",
    "principal",
    "client_ip",
    "ip",
    "xff",
    "x_forwarded_for",
    "x-forwarded-for",
  ],
};

/**
 * Audit lines of the Claude apps gateway, the JSON that `claude gateway` writes to stderr: who signed in, what was
 * refused, which upstream served a call. They have no tokens, so an `inference` is no usage but an audit event as well.
 * Every field and trap: docs/gateways/claude-apps-gateway.md.
 */
export const claudeAppsGateway: Adapter = {
  gateway: "claude-apps-gateway",
  version: 1,
  redaction: REDACTION,
  adapt,
};

/** The providers that an upstream can have ("Claude apps gateway configuration", `upstreams`), as platforms. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["anthropic", "anthropic-api"],
  ["bedrock", "bedrock"],
  ["vertex", "vertex"],
  ["foundry", "foundry"],
]);

function adapt(element: unknown, context: AdaptContext): Adapted {
  const read = shaped(AuditLine, element);
  if (!read.ok) return read;
  const line = read.value;
  const fields = new FieldReader();
  const evt = fields.text(line.evt, "evt");
  if (evt === null)
    return fields.fault ?? no("bad_shape", "has no evt: is this an audit line of the Claude apps gateway?");
  const { started_at, time_quality } = readCallTimes(
    {
      start: line.ts ?? line.time ?? line.timestamp ?? line["@timestamp"],
      firstToken: null,
      end: null,
    },
    context.position.appendTimeMs,
    fields,
  );
  const data = { ...auditData(evt, line, context), started_at, time_quality };
  // A line has no id, and two calls of one person in one second are alike: only where it lies tells them apart.
  return fields.fault ?? ok([{ ...recordIdentity(null, context), kind: "audit", data }]);
}

function auditData(
  evt: string,
  line: AuditLine,
  { source }: AdaptContext,
): Omit<AuditData, "started_at" | "time_quality"> {
  const upstream = claimed(line.upstream);
  const isLimit = evt.startsWith("admin.limit.");
  return {
    ...NO_CALL,
    gateway: "claude-apps-gateway",
    gateway_version: source.gateway_version,
    action: evt,
    operation: evt === "inference" ? "generate" : "other",
    platform: PLATFORMS.get(/^[a-z]+/.exec(upstream ?? "")?.[0] ?? "") ?? source.platform,
    model: claimed(line.model),
    // The e-mail address is the name by which other gateways know the same person.
    user:
      source.user_from === "none"
        ? null
        : (personName(line.email) ?? personName(line.sub) ?? personName(line.actor)),
    target_type: isLimit ? "spend_limit" : null,
    target_id: isLimit ? claimed(line.limit_id) : null,
    ...endingOf(evt, line),
    details: detailsOf({
      upstream,
      result: line.result,
      reason: line.reason,
      method: line.method,
      path: typeof line.path === "string" ? line.path.split("?")[0] : null,
      version: line.version,
      policy_index: line.policy_index,
      checksum: line.checksum,
      scope: line.scope?.type,
      group: line.scope?.rbac_group_id,
      period: line.period,
      amount: line.amount,
    }),
  };
}
