import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { CoveredRange } from "#ingest/covered.ts";
import type { CutLimits } from "#ingest/cut.ts";
import type { HeldBytes } from "#ingest/held-bytes.ts";
import type { Intent } from "#ingest/intent.ts";
import type { Position } from "#ingest/made-anew.ts";
import type { StorePorts } from "#ingest/store-cut.ts";

/** What a partition's worker needs of the ingester around it. */
export interface WorkerPorts extends Omit<StorePorts, "persist"> {
  readonly at: { readonly topic: string; readonly partition: number };
  pause(): void;
  resume(): void;
  seek(offset: bigint): void;
  /** The broker moved our position back: asks anew where this partition begins, with another worker. */
  beginAnew(): void;
  /** Whether an operator gave up all offsets of a range of this partition. */
  isGivenUp(from: bigint, to: bigint): boolean;
  /** Whether a batch that was not begun because of its rejects is worth another look. */
  mayLookAgain(): boolean;
  /** A turn at the work that costs memory; resolves to a function that ends it. */
  turn(): Promise<() => void>;
  readonly memory: HeldBytes;
  written(batch: BuiltBatch, seconds: number): void;
  /** The partition stands still until an operator acts; null when it goes on. */
  stopped(reason: string | null): void;
}

/** Where a worker begins, and what is known of the past there. */
export interface WorkerStart {
  readonly next: bigint;
  readonly intent: Intent | null;
  readonly covered: readonly CoveredRange[];
  /** The last record before `next` that was ingested. */
  readonly done: Position | null;
}

export interface WorkerLimits extends CutLimits {
  readonly batchAgeMs: number;
}

/** How a partition is doing, for those who watch whether it moves. */
export interface PartitionLife {
  /** The first offset that was not fetched yet. */
  readonly next: bigint;
  /** It waits for Kafka to hand it records: nothing else holds it up. */
  readonly isWaiting: boolean;
  /** It does nothing and fetches nothing until there is room: what it or another partition holds has to be written. */
  readonly isFull: boolean;
  /** A batch is being built, written or committed. */
  readonly isWorking: boolean;
  /** When it last fetched, tried or did something, by `performance.now()`. */
  readonly movedAtMs: number;
  /** What it tries again and again, and since when. */
  readonly failing: { readonly reason: string; readonly sinceMs: number } | null;
}
