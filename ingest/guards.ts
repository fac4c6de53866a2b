import type { BreakerLimits } from "#ingest/breaker.ts";
import { STALL_MS } from "#ingest/watchdog.ts";

/** Bounds within which the ingester works; what they are for is said where they are used. */
export interface IngestGuards extends BreakerLimits {
  /** Fetched and not written yet, over all partitions. */
  readonly heldBytesMax: number;
  readonly stallMs: number;
}

export const DEFAULT_GUARDS: IngestGuards = {
  heldBytesMax: 64 * 1024 * 1024,
  breakerRejectPercent: 50,
  breakerHoldMs: 15 * 60_000,
  stallMs: STALL_MS,
};
