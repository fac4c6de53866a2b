import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "#core/failure.ts";
import { isRetriable } from "#runtime/clickhouse/faults.ts";
import type { Log } from "#runtime/log.ts";

const BACKOFF_MS = [200, 500, 1_000, 2_000, 5_000] as const;

/**
 * Repeats an effect while its failure may pass (ClickHouse or Kafka away, busy or silent), for as long as it is still
 * wanted. The effect must be one that can be repeated: a read, or writes under tokens; it is told which attempt it is,
 * from 0. `failed` is told of each failure that is tried again, and of null when the effect was done.
 */
export async function persist<Value>(
  effect: (attempt: number) => Promise<Value>,
  {
    isWanted,
    log,
    failed = () => {},
  }: {
    readonly isWanted: () => boolean;
    readonly log: Log;
    readonly failed?: (error: Failure | null) => void;
  },
): Promise<Value> {
  for (let attempt = 0; ; attempt++) {
    try {
      const value = await effect(attempt);
      failed(null);
      return value;
    } catch (error) {
      const again = error instanceof Failure && isPassing(error) ? error : null;
      if (again === null || !isWanted()) throw error;
      failed(again);
      const waitMs = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 5_000;
      log.warn({ err: error, waitMs }, "ClickHouse or Kafka did not do it; trying the same again");
      await pause(waitMs);
    }
  }
}

function isPassing(error: Failure): boolean {
  return isRetriable(error) || error.code === "KAFKA_NOT_ACKNOWLEDGED";
}
