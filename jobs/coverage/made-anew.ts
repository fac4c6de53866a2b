import type { CoveredBatch, Life } from "#core/coverage/lives.ts";
import type { PartitionContext } from "#jobs/coverage/partition-context.ts";

/** Enough for a batch of one record; Kafka sends the first batch of an answer whole, however large. */
const BYTES_LITTLE = 1;

/** Lives of a partition, and whether Kafka still holds the last of them. */
export interface LivesInKafka {
  readonly lives: readonly Life[];
  readonly isHeld: boolean;
}

/**
 * A topic that was deleted, made anew and has grown beyond where the ingester was looks in the batches like one that
 * went on: the ingester goes on in the middle, and what lies before was never read. Kafka tells: what it holds at the
 * end of an older batch has another append time than the batch says.
 */
export async function livesInKafka(
  context: PartitionContext,
  lives: readonly Life[],
  coveredTo: bigint,
): Promise<LivesInKafka> {
  const last = lives.at(-1);
  if (last === undefined) return { lives, isHeld: false };
  const { batches } = last;
  // What Kafka no longer holds, or does not hold yet again, cannot be compared.
  const first = batches.findIndex(({ to }) => to >= context.low);
  const end = batches.at(-1)?.to ?? coveredTo;
  if (first === -1 || end >= context.high) return { lives, isHeld: end < context.high };
  if (await isThere(context, batches[first])) return { lives, isHeld: true };
  const split = await firstThere(context, batches, first + 1);
  const [older, newer] = [batches.slice(0, split), batches.slice(split)];
  const before = [...lives.slice(0, -1), { ...last, batches: older }];
  const [begin] = newer;
  if (begin === undefined) return { lives: before, isHeld: false };
  const { places } = await context.fetcher.look(context.low, BYTES_LITTLE);
  const sinceMs = Math.min(places[0]?.appendTimeMs ?? begin.firstAppendMs, begin.firstAppendMs);
  return { lives: [...before, { sinceMs, batches: newer }], isHeld: true };
}

/** By halves: all that is of the older topic lies before all that is of the new one. */
async function firstThere(
  context: PartitionContext,
  batches: readonly CoveredBatch[],
  from: number,
): Promise<number> {
  let [low, high] = [from, batches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isThere(context, batches[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whether a batch is of what Kafka holds now. Where its last record cannot be seen, nothing speaks against it. */
async function isThere({ fetcher }: PartitionContext, batch: CoveredBatch | undefined): Promise<boolean> {
  if (batch === undefined) return true;
  const [place] = (await fetcher.look(batch.to, BYTES_LITTLE)).places;
  if (place?.offset !== batch.to || place.kind === "unreadable") return true;
  return place.appendTimeMs === batch.lastAppendMs;
}
