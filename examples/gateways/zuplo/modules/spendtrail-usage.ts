import { BackgroundDispatcher, environment, type ZuploContext, type ZuploRequest } from "@zuplo/runtime";
import { deliver } from "./spendtrail/deliver.ts";
import type { UsageEvent } from "./spendtrail/event.ts";
import { observeAnswer } from "./spendtrail/observe.ts";
import type { UsageOptions } from "./spendtrail/options.ts";

/** Two seconds of events go out together. One dispatcher for all requests of this worker. */
const dispatcher = new BackgroundDispatcher<UsageEvent>(
  async (events) => {
    const url = environment["SPENDTRAIL_URL"];
    const key = environment["SPENDTRAIL_KEY"];
    if (!url || !key) return giveUp(events, "SPENDTRAIL_URL or SPENDTRAIL_KEY is not set");
    await deliver(events, { url, key }, { fetch: (to, init) => fetch(to, init), wait, giveUp });
  },
  { msDelay: 2000 },
);

/**
 * An inbound policy that tells spendtrail of every call: who, which session, which model, how many tokens. It is inbound
 * because Zuplo runs outbound policies for answers of 200 to 299 only, and a refusal is a part of the trail; the hook that
 * it sets sees every answer.
 */
export default async function spendtrailUsage(
  request: ZuploRequest,
  context: ZuploContext,
  options: UsageOptions,
): Promise<ZuploRequest> {
  const startedMs = Date.now();
  context.addResponseSendingHook((response, latestRequest) => {
    const { requestId } = context;
    const call = { requestId, request: latestRequest, startedMs };
    const emit = (event: UsageEvent): void => dispatcher.enqueue(event, context);
    const observed = observeAnswer(response, call, options, { now: () => Date.now(), emit });
    // The worker has to outlive the answer by the moment that it takes to enqueue its event.
    context.waitUntil(observed.done);
    return observed.response;
  });
  return request;
}

/** One line an event, as Zuplo's log exporters carry it; `spendtrail import` reads it back. */
function giveUp(events: readonly UsageEvent[], reason: string): void {
  console.error(`spendtrail: ${events.length} usage events were not delivered: ${reason}`);
  for (const event of events) console.error(JSON.stringify({ requestId: event.id, spendtrail: event }));
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
