import type { AdaptContext } from "#core/adapter.ts";
import type { AuditData } from "#core/event-data.ts";
import { AUDIT_DETAILS, AUDIT_TARGETS } from "#gateways/claude-code/audit-details.ts";
import { httpStatus } from "#gateways/claude-code/call.ts";
import { idsOf } from "#gateways/claude-code/ids.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import { isInstant, timesOf } from "#gateways/claude-code/times.ts";
import { whoOf } from "#gateways/claude-code/who.ts";
import { detailsOf } from "#gateways/details.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { NO_CALL } from "#gateways/no-call.ts";

/** Everything that Claude Code reports beside its calls, by its event's name; unknown ones as well. */
export function auditData(
  signal: Signal,
  gateway: string,
  { source, position }: AdaptContext,
  fields: FieldReader,
): AuditData {
  const times = timesOf(signal, position.appendTimeMs, fields);
  const isStated = isInstant(signal) && times.time_quality === "end_only";
  const [type = null, ...names] = AUDIT_TARGETS.get(signal.name) ?? [];
  const outcome = outcomeOf(signal);
  const isFault = outcome === "error";
  return {
    ...NO_CALL,
    ...idsOf(signal, gateway, source),
    ...whoOf(signal, source),
    action: signal.name,
    target_type: type,
    target_id: names.length === 0 ? null : signal.text(...names),
    started_at: times.started_at,
    time_quality: isStated ? "stated" : times.time_quality,
    ended_at: times.ended_at,
    outcome,
    http_status: httpStatus(signal.value("status_code")),
    error_type: isFault
      ? signal.text("error.type", "error_type", "error_class", "error_category", "error_name")
      : null,
    error_code: isFault ? signal.text("error_code") : null,
    details: detailsOf(
      Object.fromEntries(AUDIT_DETAILS.map((name) => [name, signal.element.attributes[name]])),
    ),
  };
}

/** Events that stand for a failure by their name. */
const FAULTS: ReadonlySet<string> = new Set(["internal_error", "api_retries_exhausted"]);

/** As far as the event says how it ended. A refusal by a person or a rule is `blocked`. */
function outcomeOf(signal: Signal): AuditData["outcome"] {
  if (FAULTS.has(signal.name)) return "error";
  const decision = signal.value("decision");
  if (decision === "reject") return "blocked";
  if (decision === "accept") return "success";
  const success = signal.value("success");
  if (success === true || success === "true") return "success";
  if (success === false || success === "false" || signal.value("status") === "failed") return "error";
  const { element } = signal;
  return element.otlp === "span" && element.status?.code === 2 ? "error" : null;
}
