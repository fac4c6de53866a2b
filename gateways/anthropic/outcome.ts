import type { Outcome } from "#core/event-data.ts";
import type { Answer } from "#gateways/anthropic/answer.ts";

export interface CallEnd {
  readonly outcome: Outcome;
  readonly http_status: number | null;
  readonly error_type: string | null;
  readonly error_code: string | null;
}

/**
 * How a call ended. A stream can fail after its status of 200, and one without `message_stop` was left by the client or
 * lost on the way. `isLeft`: the capture itself says that the client went away.
 */
export function callEnd(status: unknown, answer: Answer, isLeft: boolean): CallEnd {
  const http = statusOf(status);
  const outcome = outcomeOf(http, answer, isLeft);
  const failed = outcome === "error";
  return {
    outcome,
    http_status: http,
    error_type: failed ? (answer.errorType ?? (http === 413 ? "request_too_large" : null)) : null,
    error_code: failed && http !== null && http >= 400 ? String(http) : null,
  };
}

function outcomeOf(http: number | null, { ending }: Answer, isLeft: boolean): Outcome {
  if (http === 499) return "aborted";
  if (ending === "failed" || (http !== null && http >= 400)) return "error";
  return ending === "cut_off" || isLeft ? "aborted" : "success";
}

/** A status of HTTP as a number or its digits; null for anything else. */
export function statusOf(status: unknown): number | null {
  const number = typeof status === "string" && /^\d{3}$/.test(status) ? Number(status) : status;
  const isStatus = typeof number === "number" && Number.isInteger(number) && number >= 100 && number <= 599;
  return isStatus ? number : null;
}
