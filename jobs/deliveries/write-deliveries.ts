import { createHash } from "node:crypto";
import type { Delivery } from "#core/notifications/delivery.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const COLUMNS = [
  ...["delivery_id", "alert_id", "episode", "kind", "transition", "receiver", "receiver_version", "state"],
  ...[
    "attempts",
    "status",
    "code",
    "message",
    "replays",
    "created_at",
    "changed_at",
    "next_try_at",
    "sent_at",
  ],
  "revision",
];

/** Puts what became of notifications on record. */
export async function writeDeliveries(
  clickhouse: Pick<ClickHouse, "insert">,
  deliveries: readonly Delivery[],
): Promise<void> {
  await clickhouse.insert({
    table: "deliveries_v1",
    columns: COLUMNS,
    rows: deliveries.map((delivery) => ({
      delivery_id: delivery.id,
      alert_id: delivery.alertId,
      episode: delivery.episode,
      kind: delivery.kind,
      transition: delivery.transition,
      receiver: delivery.receiver,
      receiver_version: delivery.receiverVersion,
      state: delivery.state,
      attempts: delivery.attempts,
      status: delivery.status,
      code: delivery.failure?.code ?? "",
      message: delivery.failure?.message ?? "",
      replays: delivery.replays,
      created_at: delivery.createdAt,
      changed_at: delivery.changedAt,
      next_try_at: delivery.nextTryAt,
      sent_at: delivery.sentAt,
      revision: delivery.revision,
    })),
    token: `deliveries-${createHash("sha256").update(JSON.stringify(deliveries)).digest("hex")}`,
  });
}
