import type { Outcome } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";
import { isDenied } from "#gateways/kong/mcp.ts";
import type { AiBlock, KongRecord } from "#gateways/kong/record.ts";

export interface KongOutcome {
  readonly outcome: Outcome;
  readonly http_status: number | null;
  readonly error_type: string | null;
  readonly error_code: string | null;
}

/** The client closed the connection before the answer was whole (nginx). */
const CLIENT_CLOSED = 499;
const GUARDS = [
  "aws-guardrails",
  "azure-content-safety",
  "gcp-model-armor",
  "lakera-guard",
  "custom-guardrail",
] as const;

/** How the request ended, by the status that the client saw and by who made the answer (`source`, since Kong 3.6). */
export function readOutcome(record: KongRecord, ai: AiBlock | null): KongOutcome {
  const http = httpStatus(record.response?.status);
  const answered = outcomeOf(record, ai, http);
  const outcome = answered === "success" && isDenied(record.ai?.mcp) ? "blocked" : answered;
  if (outcome === "success" || outcome === "cached") {
    return { outcome, http_status: http, error_type: null, error_code: null };
  }
  const upstream = lastUpstreamStatus(record.upstream_status);
  const answeredBy = record.source === "kong" ? "kong" : record.source === "upstream" ? "upstream" : null;
  const code = upstream ?? http;
  return {
    outcome,
    http_status: http,
    error_type: answeredBy,
    error_code: code === null ? null : String(code),
  };
}

function outcomeOf(record: KongRecord, ai: AiBlock | null, http: number | null): Outcome {
  if (isGuarded(ai) && (http === null || http >= 400)) return "blocked";
  if (http === CLIENT_CLOSED) return "aborted";
  if (http !== null && http >= 400) return record.source === "kong" && http < 500 ? "blocked" : "error";
  return isCacheHit(ai) ? "cached" : "success";
}

function isGuarded(ai: AiBlock | null): boolean {
  return GUARDS.some((name) => {
    const guard = ai?.[name];
    return claimed(guard?.input_block_reason) !== null || claimed(guard?.output_block_reason) !== null;
  });
}

/** The answer came from Kong's semantic cache, not from a model. */
function isCacheHit(ai: AiBlock | null): boolean {
  const status = ai?.cache?.cache_status;
  return typeof status === "string" && status.toLowerCase() === "hit";
}

/** A status as number or text; null for what is none. */
export function httpStatus(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
}

/** Kong writes it as text, and nginx lists one for each try: `502, 200`. */
function lastUpstreamStatus(value: unknown): number | null {
  return httpStatus(typeof value === "string" ? value.split(/[,:]/).at(-1)?.trim() : value);
}
