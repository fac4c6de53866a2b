import type { Delivery, DeliveryState } from "#core/notifications/delivery.ts";
import { notificationId } from "#core/notifications/notification.ts";
import type { OpenDelivery } from "#jobs/deliveries/open-delivery.ts";

/** What one leader knows of notifications while it leads. */
export interface Book {
  readonly open: ReadonlyMap<string, OpenDelivery>;
  /** Takes in what was read, but for what this leader settled since it began to read. */
  add(found: readonly OpenDelivery[]): void;
  /** Takes in what was settled once and is open again. */
  reopen(found: readonly OpenDelivery[]): void;
  /** What became of one at its step; it stays open while it is to be tried again. */
  put(one: OpenDelivery, after: Delivery): void;
  /** Forgets what was settled before; a read that begins now knows it. */
  forget(beforeMs: number): void;
}

/** @param isUnderWay whether somebody is working on it, so that what is read of it is old */
export function createBook(clock: () => Date, isUnderWay: (id: string) => boolean): Book {
  const open = new Map<string, OpenDelivery>();
  const done = new Map<string, { readonly atMs: number; readonly state: DeliveryState }>();
  const beginningOf = ({ alert, delivery }: OpenDelivery) =>
    notificationId(alert, "firing", delivery.receiver);
  const add = (found: readonly OpenDelivery[]) => {
    for (const one of found) {
      const { id } = one.delivery;
      if (done.has(id) || isUnderWay(id)) continue;
      // What is tried again is known better here than in a read that may have begun before.
      const { delivery } = open.get(id) ?? one;
      open.set(id, { ...one, delivery, firing: done.get(beginningOf(one))?.state ?? one.firing });
    }
  };
  return {
    open,
    add,
    reopen: (found) => {
      for (const { delivery } of found) done.delete(delivery.id);
      add(found);
    },
    put: (one, after) => {
      if (after.state === "pending") {
        open.set(after.id, { ...one, delivery: after });
        return;
      }
      open.delete(after.id);
      done.set(after.id, { atMs: clock().getTime(), state: after.state });
      if (after.transition === "ended") return;
      const end = open.get(notificationId(one.alert, "ended", after.receiver));
      if (end !== undefined) open.set(end.delivery.id, { ...end, firing: after.state });
    },
    forget: (beforeMs) => {
      for (const [id, { atMs }] of done) if (atMs < beforeMs) done.delete(id);
    },
  };
}
