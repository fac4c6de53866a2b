import { changedDelivery } from "#core/notifications/delivery.ts";
import type { DeliveriesDeps } from "#jobs/deliveries/deps.ts";
import type { OpenDelivery } from "#jobs/deliveries/open-delivery.ts";
import { readOpen } from "#jobs/deliveries/read-open.ts";

/** Given-up notifications that somebody asked for again since they were last looked at, ready to be tried from the start. */
export function watchRequests(deps: DeliveriesDeps, signal: AbortSignal) {
  const { clickhouse, settings, clock } = deps;
  let until = -1n;
  return {
    asked: async (): Promise<readonly OpenDelivery[]> => {
      const { offset, deliveryRequests } = settings.state();
      if (offset === until) return [];
      const ids = [...deliveryRequests.values()]
        .filter((request) => request.offset > until)
        .map(({ value }) => value.id);
      const now = clock().toISOString();
      const found = ids.length === 0 ? [] : await readOpen(clickhouse, { of: "asked", ids }, now, signal);
      until = offset;
      return found.flatMap((one) => {
        const version = deliveryRequests.get(one.delivery.id)?.version ?? 0;
        if (version <= one.delivery.replays) return [];
        const again = { state: "pending", attempts: 0, replays: version, nextTryAt: now } as const;
        return [{ ...one, delivery: changedDelivery(one.delivery, now, again) }];
      });
    },
  };
}
