import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import { ok } from "#core/result.ts";
import { isClaudeCode } from "#gateways/claude-code/signal.ts";
import { adaptClaudeCode } from "#gateways/claude-code.ts";
import { FieldReader } from "#gateways/field-reader.ts";
import { adaptAgentgateway, isAgentgateway, isRequest } from "#gateways/otel-genai/agentgateway.ts";
import { auditData } from "#gateways/otel-genai/audit.ts";
import { callData } from "#gateways/otel-genai/call.ts";
import { auditIdentity, callIdentity } from "#gateways/otel-genai/identity.ts";
import { kindOf } from "#gateways/otel-genai/kind.ts";
import { readingOf } from "#gateways/otel-genai/reading.ts";
import { OTEL_GENAI_REDACTION } from "#gateways/otel-genai/redaction.ts";
import { parseOtlpElement } from "#gateways/otlp/element.ts";
import { resourceTeam } from "#gateways/otlp/resource-team.ts";

/**
 * Any source of OTLP spans or logs with OpenTelemetry's GenAI attributes, each read by the row of its service
 * (gateways/otlp/services.ts). Every field and trap: docs/gateways/otel-genai.md.
 */
export const otelGenai: Adapter = {
  gateway: "otel-genai",
  version: 2,
  redaction: OTEL_GENAI_REDACTION,
  readsOtlp: () => true,
  adapt,
};

function adapt(record: unknown, context: AdaptContext): Adapted {
  const read = parseOtlpElement(record);
  if (!read.ok) return read;
  // A log's body is content here, so it never names the event.
  const element = read.value.otlp === "log" ? { ...read.value, body: null } : read.value;
  if (isClaudeCode(element)) return adaptClaudeCode(element, "otel-genai", context);
  const isOfAgentgateway = isAgentgateway(element);
  if (isOfAgentgateway && isRequest(element)) return adaptAgentgateway(element, context);
  const reading = readingOf(element);
  const kind = kindOf(reading);
  if (kind.make === "nothing") return ok([]);
  const fields = new FieldReader();
  const payer = resourceTeam(element, context.source);
  if (kind.make === "call" && !isOfAgentgateway) {
    const data = callData(reading, kind.operation, context, fields);
    return fields.fault ?? ok([{ ...callIdentity(reading, context), ...payer, kind: "response", data }]);
  }
  const of = kind.make === "audit" ? kind : { action: "span", operation: "other" as const };
  const data = auditData(reading, of, context, fields);
  const identity = auditIdentity(reading, of.action, context);
  return fields.fault ?? ok([{ ...identity, ...payer, kind: "audit", data }]);
}
