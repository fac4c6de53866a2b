import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import { no, ok } from "#core/result.ts";
import { auditData } from "#gateways/claude-code/audit.ts";
import { callData } from "#gateways/claude-code/call.ts";
import { idOfCall } from "#gateways/claude-code/call-id.ts";
import { identityOf } from "#gateways/claude-code/identity.ts";
import { CLAUDE_CODE_REDACTION } from "#gateways/claude-code/redaction.ts";
import { readSignal, type Signal } from "#gateways/claude-code/signal.ts";
import { FieldReader } from "#gateways/field-reader.ts";
import { attributeText, type OtlpElement, parseOtlpElement } from "#gateways/otlp/element.ts";
import { resourceTeam } from "#gateways/otlp/resource-team.ts";

/**
 * Claude Code's own telemetry over OTLP: a call is one log record (or one span, where traces are exported), everything
 * else that it reports is an audit event. Every field and trap: docs/gateways/claude-code.md.
 */
export const claudeCode: Adapter = {
  gateway: "claude-code",
  version: 1,
  redaction: CLAUDE_CODE_REDACTION,
  readsOtlp: () => true,
  adapt(element, context) {
    const read = parseOtlpElement(element);
    if (!read.ok) return read;
    return adaptClaudeCode(read.value, "claude-code", context);
  },
};

/** @param gateway the adapter that the event is from: a collector for all may feed one source of `otel-genai` */
export function adaptClaudeCode(element: OtlpElement, gateway: string, context: AdaptContext): Adapted {
  const signal = readSignal(element);
  if (signal === null) {
    const service = attributeText(element.resource, "service.name") ?? "a service without a name";
    return no(
      "unknown_event_type",
      `is a ${element.otlp} of ${service}, and none of Claude Code's; a source of the gateway otel-genai reads those of several services`,
    );
  }
  const fields = new FieldReader();
  const isCall = asksModel(signal);
  const event = { ...identityOf(signal, isCall, context), ...resourceTeam(element, context.source) };
  const made = isCall
    ? ({ ...event, kind: "response", data: callData(signal, gateway, context, fields) } as const)
    : ({ ...event, kind: "audit", data: auditData(signal, gateway, context, fields) } as const);
  return fields.fault ?? ok([made]);
}

/**
 * A span is a call only if it names its request: without that name it could not be told from its own log record, which
 * both arrive wherever one endpoint takes all signals, and the call would be counted twice. `api_refusal` is no call of
 * its own: the answer that refused is an `api_request` with its tokens.
 */
function asksModel(signal: Signal): boolean {
  if (signal.element.otlp === "span") return signal.name === "llm_request" && idOfCall(signal) !== null;
  return signal.name === "api_request" || signal.name === "api_error";
}
