import type { Alert } from "#core/alert.ts";
import { Failure, failure } from "#core/failure.ts";
import { eventId } from "#core/identity.ts";
import { changedDelivery, type Delivery, deliveryWaitMs } from "#core/notifications/delivery.ts";
import type { Notification } from "#core/notifications/notification.ts";
import type { ReceiverSetting } from "#core/settings/receiver.ts";
import type { DeliveriesDeps } from "#jobs/deliveries/deps.ts";
import type { NextStep } from "#jobs/deliveries/next-step.ts";
import type { OpenDelivery } from "#jobs/deliveries/open-delivery.ts";
import { tell } from "#jobs/deliveries/tell.ts";
import type { Told } from "#jobs/deliveries/told.ts";

/** A notification after its step, to be put on record. @throws only when broken off */
export async function takeStep(
  open: OpenDelivery,
  step: Exclude<NextStep, { do: "wait" }>,
  deps: DeliveriesDeps,
  signal: AbortSignal,
): Promise<Delivery> {
  const { delivery } = open;
  const now = deps.clock().toISOString();
  if (step.do === "skip") return changedDelivery(delivery, now, { state: "skipped" });
  if (step.do === "give_up") {
    const version = deps.settings.state().receivers.get(delivery.receiver)?.version ?? 0;
    const about = { receiver: delivery.receiver, delivery: delivery.id };
    return givenUp({ ...delivery, receiverVersion: version }, failure(step.code, about), deps);
  }
  const notification = notificationOf(open);
  const told = await tell(step.receiver, notification, deps.telling, signal).catch((error: unknown) =>
    surprise(error, signal),
  );
  return afterTry({ ...delivery, receiverVersion: step.version }, told, open.alert, deps);
}

export function notificationOf({ delivery, alert }: Pick<OpenDelivery, "delivery" | "alert">): Notification {
  const { id, receiver, transition } = delivery;
  return { id, receiver, transition, alert };
}

function surprise(error: unknown, signal: AbortSignal): Told {
  if (signal.aborted) throw error;
  const wrapped = error instanceof Failure ? error : failure("INTERNAL", {}, error);
  return { ok: false, status: 0, excerpt: "", retryAfterMs: null, failure: wrapped };
}

function afterTry(before: Delivery, told: Told, alert: Alert, deps: DeliveriesDeps): Delivery {
  const { clock, chance, log, measures } = deps;
  const nowMs = clock().getTime();
  const now = new Date(nowMs).toISOString();
  const tried = { ...before, attempts: before.attempts + 1, status: told.status };
  const about = { delivery: before.id, alert: before.alertId, receiver: before.receiver };
  if (told.ok) {
    if (tried.attempts === 1)
      measures.sentSeconds.observe(Math.max(0, nowMs - Date.parse(changeOf(before, alert))) / 1000);
    const { refused } = told;
    if (refused === "") return changedDelivery(tried, now, { state: "sent" });
    log.warn({ ...about, refused }, "a mail server took a notification for some of its addresses only");
    const message = `The mail server would not take it for ${refused}.`;
    return changedDelivery(tried, now, { state: "sent", failure: { code: "RECEIVER_REFUSED", message } });
  }
  const { code } = told.failure;
  const wait = code === "RECEIVER_GONE" ? null : deliveryWaitMs(tried.attempts, chance(), told.retryAfterMs);
  if (wait === null) return givenUp(tried, told.failure, deps);
  log.warn({ ...about, code, attempts: tried.attempts }, "a notification was not taken and is tried again");
  return changedDelivery(tried, now, {
    state: "pending",
    failure: { code, message: told.failure.message },
    nextTryAt: new Date(nowMs + wait).toISOString(),
  });
}

/** Since when a receiver should have heard of it. */
function changeOf({ transition }: Delivery, alert: Alert): string {
  return transition === "firing" ? alert.firedAt : alert.changedAt;
}

function givenUp(delivery: Delivery, { code, message }: Failure, deps: DeliveriesDeps): Delivery {
  const { clock, settings } = deps;
  // A wish of before it was given up is not one to send it again.
  const replays = settings.state().deliveryRequests.get(delivery.id)?.version ?? delivery.replays;
  const now = clock().toISOString();
  return changedDelivery({ ...delivery, replays }, now, { state: "dead", failure: { code, message } });
}

/** That a notification was given up, for the log of acts; the same whoever records it again. */
export function undeliveredAct(delivery: Delivery, receiver: ReceiverSetting | undefined) {
  const hex = eventId("act:alert.undelivered", [delivery.id, String(delivery.replays)]);
  const act_id = [8, 12, 16, 20, 32].map((end, at) => hex.slice([0, 8, 12, 16, 20][at], end)).join("-");
  const { alertId, episode, kind, transition, attempts, failure: last } = delivery;
  return {
    act_id,
    act: "alert.undelivered" as const,
    actor: `receiver:${delivery.receiver}`,
    subject: delivery.id,
    detail: {
      ...{ alert_id: alertId, episode, kind, transition, type: receiver?.type ?? null, attempts },
      ...{ code: last?.code ?? "", message: last?.message ?? "" },
    },
  };
}
