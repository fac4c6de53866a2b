import { z } from "zod";
import { Text } from "#core/event-data.ts";

/** So many notifications can have been asked for again, ever; each is one entry that stays. */
export const DELIVERY_REQUESTS_MAX = 100_000;

/**
 * That somebody asked for a notification to be sent again that was given up. Its version counts how often: the jobs
 * send it again once for each, if it is given up at that time. The API cannot write to the store, so this is how it asks.
 */
export const DeliveryRequestSetting = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .describe("Of the notification."),
  requested_by: Text,
});
export type DeliveryRequestSetting = z.infer<typeof DeliveryRequestSetting>;

/** Why a request must not become this; null when it may. `actor` is who makes the change. */
export function deliveryRequestRule(
  requests: ReadonlyMap<string, unknown>,
  value: DeliveryRequestSetting | null,
  actor: string,
): string | null {
  if (value === null) return "a request stays on record; its version counts how often it was made";
  if (value.requested_by !== actor) return "who asks for it is who makes the change";
  if (!requests.has(value.id) && requests.size >= DELIVERY_REQUESTS_MAX)
    return `${DELIVERY_REQUESTS_MAX} notifications were asked for again, which is the most`;
  return null;
}
