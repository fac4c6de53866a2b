import type { Alert } from "#core/alert.ts";
import type { Delivery, DeliveryState } from "#core/notifications/delivery.ts";

/** A notification that is not settled yet, with its alert as it is now. */
export interface OpenDelivery {
  readonly delivery: Delivery;
  readonly alert: Alert;
  /** Of an end: what became of telling that it fires; null: nothing is on record. */
  readonly firing: DeliveryState | null;
}
