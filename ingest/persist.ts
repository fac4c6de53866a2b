import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "#core/failure.ts";
import { isRetriable } from "#runtime/clickhouse/faults.ts";
import type { Log } from "#runtime/log.ts";

const BACKOFF_MS = [200, 500, 1_000, 2_000, 5_000] as const;

/**
 * Repeats an effect while its failure may pass (ClickHouse or Kafka away, busy or silent), for as long as it is still
 * wanted. The effect must be one that can be repeated: a read, or writes under tokens.
 */
export async function persist<Value>(
  effect: () => Promise<Value>,
  { isWanted, log }: { readonly isWanted: () => boolean; readonly log: Log },
): Promise<Value> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await effect();
    } catch (error) {
      const code = error instanceof Failure ? error.code : null;
      if (!isWanted() || !(isRetriable(error) || code === "KAFKA_NOT_ACKNOWLEDGED")) throw error;
      const waitMs = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 5_000;
      log.warn({ err: error, waitMs }, "ClickHouse or Kafka did not do it; trying the same again");
      await pause(waitMs);
    }
  }
}
