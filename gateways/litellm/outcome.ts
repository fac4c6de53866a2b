import type { Outcome } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";
import type { LiteLlmPayload } from "#gateways/litellm/payload.ts";

export interface LiteLlmOutcome {
  readonly outcome: Outcome;
  readonly http_status: number | null;
  readonly error_type: string | null;
  readonly error_code: string | null;
}

/** The client went away: nginx's 499, which LiteLLM also answers, and Python's name for a task that was called off. */
const ABORTED = /^(?:CancelledError|ClientDisconnect|ClientDisconnected|ClientDisconnectedError)$/;
/** The provider's stream broke off (httpx's names, and LiteLLM's own for it): nobody knows what was made until then. */
const BROKEN_OFF = /^(?:ReadError|ReadTimeout|RemoteProtocolError|MidStreamFallbackError)$/;
/** LiteLLM itself refused, before or instead of the provider. */
const REFUSED =
  /^(?:BudgetExceededError|GuardrailRaisedException|BlockedPiiEntityError|RejectedRequestError)$/;

/**
 * How a call ended. `status` is LiteLLM's; its error information tells whose doing a failure was. A stream that the
 * client left is a success with error 499 since 1.10x (`ClientDisconnected`), and was a failure before.
 */
export function readOutcome(record: LiteLlmPayload): LiteLlmOutcome {
  const error = record.error_information;
  const errorClass = claimed(error?.error_class);
  const code = claimed(error?.error_code);
  const http = code !== null && /^[1-5]\d\d$/.test(code) ? Number(code) : null;
  const isAborted = http === 499 || ABORTED.test(errorClass ?? "") || BROKEN_OFF.test(errorClass ?? "");
  const isCached = isTrue(record.cache_hit);
  if (record.status === "success" && (isCached || !isAborted))
    return {
      outcome: isCached ? "cached" : "success",
      http_status: null,
      error_type: null,
      error_code: null,
    };
  const outcome = isAborted ? "aborted" : isBlocked(record, errorClass) ? "blocked" : "error";
  return { outcome, http_status: http, error_type: errorClass, error_code: code };
}

function isBlocked(record: LiteLlmPayload, errorClass: string | null): boolean {
  const error = record.error_information;
  const category = error?.error_rate_limit_category;
  const limit = error?.error_rate_limit_type;
  return (
    (typeof category === "string" && category.startsWith("litellm_")) ||
    limit === "budget" ||
    limit === "max_iterations" ||
    (typeof error?.error_budget_entity_type === "string" && error.error_budget_entity_type !== "") ||
    record.status_fields?.guardrail_status === "guardrail_intervened" ||
    REFUSED.test(errorClass ?? "")
  );
}

/** JSON's true, or Python's in a string: SpendLogs has "True", "None" and "". */
export function isTrue(value: unknown): boolean {
  return value === true || value === "True" || value === "true";
}
