import type { Outcome } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";
import { STATUS } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";

/** Kong's own replies out of its semantic cache; no provider was asked. */
const CACHE_STATUS = ["kong.gen_ai.cache.status", "kong.gen_ai.cache_status"] as const;

/**
 * How a call ended: a span's status is only set where it failed, so an error's type or an HTTP status tells as well, and
 * so do `gen_ai.response.status` and a finish reason `error` (semantic-conventions-genai: it ended abnormally).
 */
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
  const status = responseStatus(reading);
  if (status === "cancelled") return "aborted";
  const isFault = element.otlp === "span" && (element.status?.code === 2 || element.status?.code === "2");
  if (isFault || hasError || (http !== null && http >= 400)) return "error";
  if (status === "failed" || finishReason(reading) === "error") return "error";
  return reading.text(...CACHE_STATUS)?.toLowerCase() === "hit" ? "cached" : "success";
}

function statusOf(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
}

/** Why the model stopped: the first of a list. */
export function stopReasonOf(reading: Reading): string | null {
  return claimed(finishReason(reading));
}

/** Whether the response may still have been growing, or broke off: its usage is then what was known by then. */
export function endedEarly(reading: Reading): boolean {
  return finishReason(reading) === "error" || EARLY.has(responseStatus(reading));
}

const EARLY: ReadonlySet<unknown> = new Set(["queued", "in_progress", "cancelled", "failed"]);
const FINISH = [
  "gen_ai.response.finish_reason",
  "gen_ai.response.finish_reasons",
  "llm.finish_reason",
] as const;

/** Some write the list as one text, in JSON or as Python does. Only words are taken out of it: a secret stays to be cut. */
function finishReason(reading: Reading): unknown {
  const value = reading.value(...FINISH);
  if (typeof value !== "string" || !value.startsWith("[")) return value;
  return /^\[\s*["']([A-Za-z_]{1,32})["']/.exec(value)?.[1] ?? value;
}

function responseStatus(reading: Reading): unknown {
  return reading.value("gen_ai.response.status");
}
