import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "#core/failure.ts";
import type { OutgoingRecord, Producer } from "#runtime/kafka/types.ts";

/** A broker that restarts is back within this; then the import ends, and goes on from its mark when run again. */
const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 20_000] as const;

/** Resolves when all in-sync replicas have every record. @throws failure KAFKA_* after some attempts */
export async function deliver(
  producer: Pick<Producer, "send">,
  topic: string,
  records: readonly OutgoingRecord[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await producer.send(topic, records);
      return;
    } catch (error) {
      const waitMs = RETRY_MS[attempt];
      const isPassing = error instanceof Failure && error.code === "KAFKA_NOT_ACKNOWLEDGED";
      if (!isPassing || waitMs === undefined || signal.aborted) throw error;
      await pause(waitMs, undefined, { signal }).catch(() => {});
    }
  }
}
