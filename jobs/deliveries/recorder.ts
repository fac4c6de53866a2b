import type { Delivery } from "#core/notifications/delivery.ts";
import { writeDeliveries } from "#jobs/deliveries/write-deliveries.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

interface Waiting {
  readonly delivery: Delivery;
  readonly written: () => void;
  readonly failed: (error: unknown) => void;
}

/** Writes deliveries as they come, those that come while one insert runs by the next: hundreds at a time are few parts. */
export function createRecorder(
  clickhouse: Pick<ClickHouse, "insert">,
): (delivery: Delivery) => Promise<void> {
  let waiting: Waiting[] = [];
  let isWriting = false;
  const writeAll = async () => {
    isWriting = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        await writeDeliveries(
          clickhouse,
          taken.map(({ delivery }) => delivery),
        );
        for (const { written } of taken) written();
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    isWriting = false;
  };
  return (delivery) =>
    new Promise((written, failed) => {
      waiting.push({ delivery, written, failed });
      if (!isWriting) void writeAll();
    });
}
