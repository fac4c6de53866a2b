import type { Outcome } from "#core/event-data.ts";
import { STATUS } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";

/** Kong's own replies out of its semantic cache; no provider was asked. */
const CACHE_STATUS = ["kong.gen_ai.cache.status", "kong.gen_ai.cache_status"] as const;

/** How a call ended: a span's status is only set where it failed, so an error's type or an HTTP status tells as well. */
export function outcomeOf(reading: Reading) {
  const http = statusOf(reading.value(...STATUS));
  const type = reading.text("error.type", "exception.type");
  const outcome = outcomeFor(reading, http, type !== null);
  const failed = outcome === "error" || outcome === "aborted";
  return {
    outcome,
    http_status: http,
    // The conventions allow the HTTP status as the error's type.
    error_type: failed ? type : null,
    error_code: failed && http !== null && http >= 400 ? String(http) : null,
  };
}

function outcomeFor(reading: Reading, http: number | null, hasError: boolean): Outcome {
  if (http === 499) return "aborted";
  const { element } = reading;
  const isFault = element.otlp === "span" && (element.status?.code === 2 || element.status?.code === "2");
  if (isFault || hasError || (http !== null && http >= 400)) return "error";
  return reading.text(...CACHE_STATUS)?.toLowerCase() === "hit" ? "cached" : "success";
}

function statusOf(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
}

/** Why the model stopped: the first of a list, which some write as one text. */
export function stopReasonOf(reading: Reading): string | null {
  return reading.text("gen_ai.response.finish_reason", "gen_ai.response.finish_reasons", "llm.finish_reason");
}
