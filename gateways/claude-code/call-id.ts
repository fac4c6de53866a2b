import type { Signal } from "#gateways/claude-code/signal.ts";

/** The provider's id of a call (its `request-id` header), else the client's own; the same in the log and in the span. */
export function idOfCall(signal: Signal): string | null {
  return signal.text("request_id", "gen_ai.response.id", "client_request_id");
}
