import type { AdaptContext } from "#core/adapter.ts";
import type { AuditData, Operation } from "#core/event-data.ts";
import { detailsOf } from "#gateways/details.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { NO_CALL } from "#gateways/no-call.ts";
import { idsOf, whoOf } from "#gateways/otel-genai/ids.ts";
import { outcomeOf } from "#gateways/otel-genai/outcome.ts";
import { platformOf } from "#gateways/otel-genai/platform.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { timesOf } from "#gateways/otel-genai/times.ts";

/** What ran around a call or beside it: an agent, a tool, an attempt that its gateway sums up elsewhere. */
export function auditData(
  reading: Reading,
  of: { readonly action: string; readonly operation: Operation },
  { source, position }: AdaptContext,
  fields: FieldReader,
): AuditData {
  const { element } = reading;
  const { first_token_at: _none, ...times } = timesOf(reading, position.appendTimeMs, fields);
  const ending = outcomeOf(reading);
  const isSaid = ending.http_status !== null || (element.otlp === "span" && element.status?.code === 1);
  const isSpan = element.otlp === "span";
  const tool = reading.text("gen_ai.tool.name", "tool.name", "mcp.tool.name");
  const agent = tool === null ? reading.text("gen_ai.agent.name", "gen_ai.agent.id", "agent.name") : null;
  return {
    ...NO_CALL,
    ...idsOf(reading, source),
    ...whoOf(reading, source),
    platform: platformOf(reading, source),
    operation: of.operation,
    action: of.action,
    target_type: tool !== null ? "tool" : agent !== null ? "agent" : isSpan ? "span" : null,
    target_id: tool ?? agent ?? (isSpan ? claimed(element.name) : null),
    ...times,
    // A log is written at one moment, and that moment is the event's.
    time_quality: !isSpan && times.time_quality === "end_only" ? "stated" : times.time_quality,
    ...ending,
    outcome: ending.outcome === "success" && !isSaid ? null : ending.outcome,
    details: detailsOf({
      span: isSpan ? element.name : null,
      operation: reading.value("gen_ai.operation.name"),
      mcp_method: reading.value("mcp.method.name"),
      tool_type: reading.value("gen_ai.tool.type"),
      tool_call: reading.value("gen_ai.tool.call.id"),
      workflow: reading.value("gen_ai.workflow.name", "traceloop.workflow.name"),
      provider: reading.value("gen_ai.provider.name", "gen_ai.system"),
    }),
  };
}
