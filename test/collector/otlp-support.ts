import { randomBytes } from "node:crypto";
import { encodeProto } from "#test/gateways/otlp/encode-proto.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** A span of a model's call as OpenInference's instrumentations write it. */
export function makeSpan(fields: Record<string, unknown> = {}) {
  return {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    name: "messages.create",
    kind: 3,
    startTimeUnixNano: "1793613600000000000",
    endTimeUnixNano: "1793613603250000000",
    attributes: [
      text("openinference.span.kind", "LLM"),
      text("llm.provider", "anthropic"),
      text("llm.model_name", "claude-opus-5"),
      text("session.id", "session-7"),
      { key: "llm.token_count.prompt", value: { intValue: "1200" } },
      { key: "llm.token_count.completion", value: { intValue: "80" } },
    ],
    status: { code: 1 },
    ...fields,
  };
}

export function tracesOf(...spans: readonly unknown[]) {
  const resource = { attributes: [text("service.name", "support-bot")] };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "openinference" }, spans }] }] };
}

export const protoOf = (request: Record<string, unknown>) => encodeProto(request, "traces");

/** A log record of which the source's adapter makes nothing. */
export const logsOf = (...attributes: readonly unknown[]) => ({
  resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityNumber: 9, attributes }] }] }],
});
