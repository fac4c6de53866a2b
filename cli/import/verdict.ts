import type { AdaptedEvent } from "#core/event.ts";
import type { RejectReason } from "#core/reject-reason.ts";

/** What the ingester will make of a record: told beforehand, and decided by the ingester alone. */
export type Verdict =
  | { readonly isAccepted: true; readonly events: readonly AdaptedEvent[] }
  | { readonly isAccepted: false; readonly reason: RejectReason; readonly detail: string };

export function judgedFailed(reason: RejectReason, detail: string): Verdict {
  return { isAccepted: false, reason, detail };
}

/** The time of a record by its own words, in ms; null where it states none or cannot be read. */
export function timeOf(verdict: Verdict): number | null {
  const data = verdict.isAccepted ? verdict.events[0]?.data : undefined;
  return data === undefined || data.time_quality === "missing" ? null : Date.parse(data.started_at);
}
