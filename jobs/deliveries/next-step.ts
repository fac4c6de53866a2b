import type { ReceiverSetting } from "#core/settings/receiver.ts";
import type { Versioned } from "#core/settings/state.ts";
import type { OpenDelivery } from "#jobs/deliveries/open-delivery.ts";

export type NextStep =
  | { readonly do: "wait" }
  | { readonly do: "skip" }
  | { readonly do: "give_up"; readonly code: "RECEIVER_UNKNOWN" | "RECEIVER_DISABLED" }
  | { readonly do: "tell"; readonly receiver: ReceiverSetting; readonly version: number };

/**
 * What is to be done with an open notification now. An end is told after its beginning, and only where that was told.
 * An Alertmanager keeps states and no messages: it is told how an alert stands, also where it missed the beginning.
 *
 * @param gone the version of the receiver at which it answered that it is gone
 */
export function nextStep(
  { delivery, alert, firing }: OpenDelivery,
  receiver: Versioned<ReceiverSetting> | undefined,
  gone: number | undefined,
): NextStep {
  const isEnd = delivery.transition === "ended";
  const isAlertmanager = receiver?.value.type === "alertmanager";
  if (isEnd && !isAlertmanager) {
    if (firing === null || firing === "pending") return { do: "wait" };
    if (firing !== "sent") return { do: "skip" };
  }
  if (receiver === undefined) return { do: "give_up", code: "RECEIVER_UNKNOWN" };
  if (isEnd && !receiver.value.send_resolved) return { do: "skip" };
  if (!isEnd && isAlertmanager && alert.state !== "firing") return { do: "skip" };
  if (gone === receiver.version) return { do: "give_up", code: "RECEIVER_DISABLED" };
  return { do: "tell", receiver: receiver.value, version: receiver.version };
}
