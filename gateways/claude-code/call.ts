import type { AdaptContext } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { idsOf } from "#gateways/claude-code/ids.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import { timesOf } from "#gateways/claude-code/times.ts";
import { readCost, readUsage } from "#gateways/claude-code/usage.ts";
import { whoOf } from "#gateways/claude-code/who.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";

/** One call of a model: `api_request` and `llm_request` that were answered, `api_error` for the last of its attempts. */
export function callData(
  signal: Signal,
  gateway: string,
  { source, position }: AdaptContext,
  fields: FieldReader,
): ResponseData {
  const ids = idsOf(signal, gateway, source);
  const usage = readUsage(signal, ids.gateway_version, source.input_includes_cache ?? false, fields);
  return {
    ...ids,
    ...whoOf(signal, source),
    api_format: null,
    operation: "generate",
    platform: ids.platform ?? "anthropic-api",
    ...usage,
    ...timesOf(signal, position.appendTimeMs, fields),
    gateway_overhead_us: null,
    ...endingOf(signal),
    stop_reason: stopReason(signal),
    gateway_cost: readCost(signal, fields),
  };
}

/** A failed call had no answer, so no usage; without a status not even a connection. */
function endingOf(signal: Signal) {
  const { element, name } = signal;
  const success = signal.value("success");
  const failed =
    name === "api_error" ||
    success === false ||
    success === "false" ||
    (element.otlp === "span" && success === null && element.status?.code === 2);
  const http = httpStatus(signal.value("status_code"));
  return {
    outcome: failed ? ("error" as const) : ("success" as const),
    http_status: http,
    error_type: failed ? signal.text("error.type", "error_type", "error_class", "error_name") : null,
    error_code: failed && http !== null ? String(http) : null,
  };
}

export function httpStatus(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
}

function stopReason(signal: Signal): string | null {
  const reasons = signal.value("gen_ai.response.finish_reasons");
  return signal.text("stop_reason") ?? (Array.isArray(reasons) ? claimed(reasons[0]) : null);
}
