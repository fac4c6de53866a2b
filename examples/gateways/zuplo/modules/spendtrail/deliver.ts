import type { UsageEvent } from "./event.ts";

export interface DeliverDeps {
  fetch(url: string, init: RequestInit): Promise<Response>;
  wait(ms: number): Promise<void>;
  /** What could not be delivered: an operator reads it in Zuplo's logs, or exports and imports it. */
  giveUp(events: readonly UsageEvent[], reason: string): void;
}

const EVENTS_A_REQUEST_MAX = 200;
const ATTEMPTS_MAX = 5;
const DELAY_MS = 500;
const DELAY_MS_MAX = 15_000;
const DEADLINE_MS = 10_000;

/**
 * Posts events in batches, each until it is taken or has failed five times. The same batch twice does no harm, since the
 * collector knows an event by its source and id.
 */
export async function deliver(
  events: readonly UsageEvent[],
  target: { readonly url: string; readonly key: string },
  deps: DeliverDeps,
): Promise<void> {
  for (let at = 0; at < events.length; at += EVENTS_A_REQUEST_MAX)
    await deliverBatch(events.slice(at, at + EVENTS_A_REQUEST_MAX), target, deps);
}

async function deliverBatch(
  batch: readonly UsageEvent[],
  { url, key }: { readonly url: string; readonly key: string },
  deps: DeliverDeps,
): Promise<void> {
  const body = JSON.stringify(batch);
  for (let attempt = 1; ; attempt += 1) {
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/cloudevents-batch+json",
    };
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const answer = await deps.fetch(url, { method: "POST", headers, body, signal }).catch(() => null);
    // Read to the end, or the connection is not used again.
    await answer?.text().catch(() => "");
    if (answer?.ok) return;
    const isForGood =
      answer !== null && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    if (isForGood || attempt === ATTEMPTS_MAX)
      return deps.giveUp(batch, answer === null ? "unreachable" : `status ${answer.status}`);
    await deps.wait(delayMs(attempt, answer?.headers.get("retry-after") ?? null));
  }
}

function delayMs(attempt: number, retryAfter: string | null): number {
  const askedMs = retryAfter !== null && /^\d{1,4}$/.test(retryAfter) ? Number(retryAfter) * 1000 : 0;
  return Math.min(Math.max(askedMs, DELAY_MS * 2 ** (attempt - 1)), DELAY_MS_MAX);
}
