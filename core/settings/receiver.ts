import { z } from "zod";
import { Text } from "#core/event-data.ts";

/** Names of receivers: they stand in budgets, metrics and addresses. */
export const ReceiverName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Where alerts go. Settings are kept for ever and hold no secrets: those are named, and each program has them. */
export const ReceiverSetting = z.strictObject({
  id: ReceiverName,
  is_default: z
    .boolean()
    .default(false)
    .describe("Gets what names no receivers of its own: budgets without any, and alerts of the system."),
  note: Text.nullable().default(null),
});
export type ReceiverSetting = z.infer<typeof ReceiverSetting>;

/** The receivers that get what names none, by id. */
export function defaultReceivers(
  receivers: Iterable<{ readonly value: ReceiverSetting }>,
): readonly string[] {
  return [...receivers].flatMap(({ value }) => (value.is_default ? [value.id] : [])).sort();
}
