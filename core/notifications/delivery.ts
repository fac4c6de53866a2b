import type { AlertKind } from "#core/alert.ts";
import type { Transition } from "#core/notifications/notification.ts";

/** `skipped`: the receiver did not want it, or the alert was over and its firing was never told. */
export const DELIVERY_STATES = ["pending", "sent", "dead", "skipped"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What became of telling one receiver one thing so far. */
export interface Delivery {
  /** The notification's. */
  readonly id: string;
  readonly alertId: string;
  readonly episode: number;
  readonly kind: AlertKind;
  readonly transition: Transition;
  readonly receiver: string;
  /** Of the receiver's setting at the last try; 0: none yet. */
  readonly receiverVersion: number;
  readonly state: DeliveryState;
  /** Since it was made or last asked for again. */
  readonly attempts: number;
  /** Of the last answer; 0: there was none. */
  readonly status: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** How often it was asked for again; the version of the setting `delivery_request`. */
  readonly replays: number;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly nextTryAt: string | null;
  readonly sentAt: string | null;
  /** The largest one is the one that is read. */
  readonly revision: number;
}

/** Of what was sent: nobody who comes late says otherwise. */
export const SENT_REVISION = 4_294_967_295;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** After each try that failed; the schedule that Standard Webhooks 1.0 proposes, some 76 hours in all. */
const WAITS_MS = [
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS],
  ...[10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS],
];
export const DELIVERY_ATTEMPTS_MAX = WAITS_MS.length + 1;
/** Up to so much longer, so that what failed together is not tried together. */
const JITTER = 0.2;
const ASKED_WAIT_MS_MAX = 24 * HOUR_MS;

/**
 * How long to wait after so many tries that failed, in ms; null: it was the last.
 *
 * @param chance from 0 up to 1
 * @param askedMs what the receiver asked for by `retry-after`; null: nothing
 */
export function deliveryWaitMs(attempts: number, chance: number, askedMs: number | null): number | null {
  const wait = WAITS_MS[attempts - 1];
  if (wait === undefined) return null;
  return Math.max(wait * (1 + JITTER * chance), Math.min(askedMs ?? 0, ASKED_WAIT_MS_MAX));
}

/** The delivery as it is after something became of it at `now`. */
export function changedDelivery(
  delivery: Delivery,
  now: string,
  change: Partial<Delivery> & { readonly state: DeliveryState },
): Delivery {
  const isSent = change.state === "sent";
  return {
    ...delivery,
    ...{ nextTryAt: null, failure: null },
    ...change,
    changedAt: now,
    sentAt: isSent ? now : null,
    revision: isSent ? SENT_REVISION : delivery.revision + 1,
  };
}
