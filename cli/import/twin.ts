import type { AdaptedEvent } from "#core/event.ts";

/** A call that is in the ledger. */
export interface SeenCall {
  readonly eventId: string;
  readonly callId: string;
  readonly messageId: string;
  readonly timeMs: number;
  readonly outcome: string;
}

/** Two records of one call state its start by two clocks of one machine, or before and after a rounding. */
const SAME_MESSAGE_MS = 1_000;
/**
 * All attempts of a router share the call id, and with some versions of LiteLLM the start too. Of those that were
 * answered there is one.
 */
const SAME_ATTEMPT_MS = 2;
const ANSWERED: ReadonlySet<string> = new Set(["success", "aborted"]);

/**
 * Whether a call is already there as another record: by the provider's message id, or by the call id with the start.
 * An answer from a cache repeats the message id of the first one and is a call of its own.
 */
export function isTwin(event: AdaptedEvent, seen: SeenCall): boolean {
  if (event.kind !== "response" || event.eventId === seen.eventId) return false;
  const { data } = event;
  if (data.outcome === "cached") return false;
  const apartMs = Math.abs(Date.parse(data.started_at) - seen.timeMs);
  const own = [data.provider_message_id, data.call_id].filter((id) => id !== null && id !== "");
  if (seen.messageId !== "" && own.includes(seen.messageId)) return apartMs <= SAME_MESSAGE_MS;
  const isAnswered = data.outcome === seen.outcome && ANSWERED.has(seen.outcome);
  return isAnswered && seen.callId !== "" && own.includes(seen.callId) && apartMs <= SAME_ATTEMPT_MS;
}
