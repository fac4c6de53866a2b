import type { Outcome } from "#core/event-data.ts";
import type { AgentgatewayRecord } from "#gateways/agentgateway/record.ts";
import { claimed } from "#gateways/field-reader.ts";

/** Reasons for which agentgateway itself refused the request (crates/agentgateway/src/proxy/mod.rs). */
const REFUSALS: ReadonlySet<string> = new Set([
  "APIKeyAuth",
  "Authorization",
  "BasicAuth",
  "ExtAuth",
  "Guardrail",
  "InvalidRequest",
  "JwtAuth",
  "NotFound",
  "Oidc",
  "RateLimit",
]);

/** How the call ended: no `reason` means that the upstream answered, and its status counts. */
export function outcomeOf(record: AgentgatewayRecord) {
  const status = record["http.status"];
  const isStatus = typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599;
  const http = isStatus ? status : null;
  const reason = claimed(record.reason);
  const outcome = outcomeFor(reason, http, claimed(record.error, 64) !== null);
  const failed = outcome !== "success";
  return {
    outcome,
    http_status: http,
    error_type: failed ? (reason ?? "upstream") : null,
    error_code: failed && http !== null ? String(http) : null,
  };
}

function outcomeFor(reason: string | null, http: number | null, hasError: boolean): Outcome {
  if (reason !== null && REFUSALS.has(reason)) return "blocked";
  if (http === 499) return "aborted";
  if (http !== null && http >= 400) return reason === "DirectResponse" ? "blocked" : "error";
  // A line without a status never had an answer to send on.
  return http === null && (hasError || reason !== null) ? "error" : "success";
}
