import type { ResponseData } from "#core/event-data.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { internalOrigin } from "#gateways/claude-code/origin.ts";
import { platformOfModel } from "#gateways/claude-code/platform.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed } from "#gateways/field-reader.ts";
import { otlpId } from "#gateways/otlp/element.ts";
import { sessionOf } from "#gateways/session-id.ts";

/** The version that made the record: the source's own, where neither the resource nor the record says it. */
export function versionOf(signal: Signal, source: SourceSetting): string | null {
  return (
    claimed(signal.element.resource["service.version"], 64) ??
    claimed(signal.value("app.version"), 64) ??
    source.gateway_version
  );
}

/** What calls and audit events alike say of themselves. `prompt.id` chains what one prompt caused, as a trace does. */
export function idsOf(signal: Signal, gateway: string, source: SourceSetting) {
  const model = signal.text("model", "gen_ai.request.model");
  const version = versionOf(signal, source);
  return {
    gateway,
    gateway_version: version,
    call_id: null,
    provider_request_id: signal.text("request_id"),
    provider_message_id: signal.text("message.id"),
    client_request_id: signal.text("client_request_id"),
    trace_id: otlpId(signal.element.trace_id) ?? signal.text("prompt.id"),
    attempt: attemptOf(signal.value("attempt")),
    parent_call_id: null,
    internal_origin: internalOrigin(signal),
    ...sessionOf({ telemetry: signal.text("session.id") }),
    client: version === null ? "claude-code" : `claude-code/${version}`,
    platform: platformOfModel(model) ?? source.platform,
    model_requested: model,
    model,
    region: endpointRegion(null, model),
    inference_geo: null,
    stream: null,
  } satisfies Partial<ResponseData> | { platform: string | null };
}

/** It was text until 2.1.121. No number is no reason to give up what else the event says. */
function attemptOf(value: unknown): number | null {
  const attempt = typeof value === "string" && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return typeof attempt === "number" && Number.isInteger(attempt) && attempt >= 1 && attempt <= 1000
    ? attempt
    : null;
}
