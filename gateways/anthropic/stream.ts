import { type Members, membersOf, objectsOf } from "#gateways/anthropic/members.ts";

export interface MergedStream {
  /** The message of `message_start`, with no usage of its own; null where the stream has none. */
  readonly message: Members | null;
  /** The usage as of the last event that states it. */
  readonly usage: Members | null;
  readonly stopReason: unknown;
  readonly stopDetails: Members | null;
  /** Whether the usage is the final one: a `message_delta` said why the model stopped. */
  readonly isCounted: boolean;
  /** Whether `message_stop` arrived. */
  readonly isStopped: boolean;
  /** Bedrock's own count of the call, on its `message_stop`. */
  readonly metrics: Members | null;
  /** The error that ended the stream after its status of 200; Bedrock's come as exception frames. */
  readonly error: Members | null;
}

/**
 * One message out of a stream's events (Anthropic, "Streaming messages"): the usage of `message_start`, and over it
 * field by field what each `message_delta` states, since its counts are cumulative. Nothing is ever summed: two deltas
 * with 10 and 80 tokens are 80. The lifetimes of cache writes, the tier and the region stand in the start alone.
 */
export function mergeStream(events: readonly Members[]): MergedStream {
  const start = membersOf(events.find(({ type }) => type === "message_start")?.["message"]);
  const deltas = events.filter(({ type }) => type === "message_delta");
  const stop = events.find(({ type }) => type === "message_stop");
  const reasons = deltas.map(({ delta }) => membersOf(delta));
  const last = reasons.findLast((delta) => (delta?.["stop_reason"] ?? null) !== null) ?? null;
  return {
    message: start,
    usage: mergedUsage(start, deltas),
    stopReason: last?.["stop_reason"] ?? null,
    stopDetails: membersOf(last?.["stop_details"]),
    isCounted: last !== null && deltas.some(({ usage }) => membersOf(usage) !== null),
    isStopped: stop !== undefined,
    metrics: membersOf(stop?.["amazon-bedrock-invocationMetrics"]),
    error: errorOf(events),
  };
}

function mergedUsage(start: Members | null, deltas: readonly Members[]): Members | null {
  const started = membersOf(start?.["usage"]);
  const updates = objectsOf(deltas.map(({ usage }) => usage));
  if (updates.length === 0) return started;
  // The start's iterations are of a moment when nothing was written yet.
  const merged: Record<string, unknown> = { ...started, iterations: null };
  for (const update of updates)
    for (const [name, value] of Object.entries(update)) if (value !== null) merged[name] = value;
  if (isOtherModel(start, merged["iterations"]))
    merged["cache_creation"] =
      updates.findLast((update) => update["cache_creation"])?.["cache_creation"] ?? null;
  return merged;
}

/** A model that declined in mid-stream wrote its cache, not that of the model which then answered. */
function isOtherModel(start: Members | null, iterations: unknown): boolean {
  if (!Array.isArray(iterations)) return false;
  const served = iterations.map(membersOf).find((item) => item?.["type"] === "fallback_message");
  return served !== undefined && served?.["model"] !== start?.["model"];
}

function errorOf(events: readonly Members[]): Members | null {
  for (const event of events) {
    if (event["type"] === "error") return membersOf(event["error"]) ?? {};
    const exception = Object.keys(event).find((name) => /^[a-z]{1,40}exception$/i.test(name));
    if (exception !== undefined) return { type: exception };
  }
  return null;
}
