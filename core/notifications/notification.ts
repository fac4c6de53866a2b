import type { Alert } from "#core/alert.ts";
import { eventId } from "#core/identity.ts";

/** What a receiver hears of an episode of an alert: that it fires, and that it is over. */
export const TRANSITIONS = ["firing", "ended"] as const;
export type Transition = (typeof TRANSITIONS)[number];

/** As it is told: an alert, or what `spendtrail alerts test` makes of one. */
export type ToldAlert = Omit<Alert, "kind" | "revision"> & {
  readonly kind: Alert["kind"] | "test";
};

/** One thing to tell one receiver. */
export interface Notification {
  /** The same at every try, by every process: receivers know by it what they have heard before. */
  readonly id: string;
  readonly receiver: string;
  readonly transition: Transition;
  readonly alert: ToldAlert;
}

/** The id of a notification: it follows from what it is about alone. */
export function notificationId(
  about: { readonly id: string; readonly episode: number },
  transition: Transition,
  receiver: string,
): string {
  return eventId("alert-notification", [about.id, String(about.episode), transition, receiver]);
}

/** When it was over, by its own record. */
export function endOf({ resolvedAt, changedAt }: ToldAlert): string {
  return resolvedAt ?? changedAt;
}

/** What the alert is called in this notification: one that has ended since is still told as firing first. */
export function toldState({ transition, alert }: Notification): "firing" | "resolved" | "superseded" {
  if (transition === "firing") return "firing";
  return alert.state === "superseded" ? "superseded" : "resolved";
}
