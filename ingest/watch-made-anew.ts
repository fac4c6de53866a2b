import type { MadeAnewDeps, Position } from "#ingest/made-anew.ts";
import { isMadeAnew } from "#ingest/made-anew.ts";
import { createOffsetsInTime } from "#runtime/kafka/offsets-in-time.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";

/** What is watched of a partition: where it is, and how to begin it anew. */
export interface WatchedPartition {
  readonly at: { readonly topic: string; readonly partition: number };
  /** The last record that was dealt with. */
  done(): Position | null;
  beginAnew(why: string): void;
}

const EVERY_MS = 5_000;
const WHY =
  "the topic was made anew and has grown past our position; looking anew where the partition begins";

/**
 * Looks every five seconds whether a topic was made anew under us and has already grown to where we are: then no fetch
 * fails, and what lies below our place is never handed to us. A record of ours is kept from one look to the next. In the
 * same topic nothing before it is younger; in a new one everything is, and only then the costly look is taken.
 * What is noted at one look was read before that look found nothing, so it is of the old life: however fast a topic
 * is made anew and grows, the second look finds it.
 */
export function watchMadeAnew(
  deps: MadeAnewDeps,
  partitions: () => Iterable<WatchedPartition>,
  everyMs = EVERY_MS,
): { stop(): Promise<void> } {
  const times = createOffsetsInTime(deps.kafka, deps.log);
  let noted = new Map<WatchedPartition, Position>();
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const next = new Map<WatchedPartition, Position>();
    for (const watched of partitions()) {
      const done = watched.done();
      const before = noted.get(watched) ?? done;
      if (done === null || before === null) continue;
      // Kept until a look succeeds.
      next.set(watched, before);
      try {
        if (!(await isAnother(watched, before))) next.set(watched, done);
        else if (!isStopped) watched.beginAnew(WHY);
      } catch (error) {
        deps.log.debug({ err: error }, "whether the topic is still the same could not be seen");
      }
      if (isStopped) return;
    }
    noted = next;
  };
  const isAnother = async (
    { at: { topic, partition } }: WatchedPartition,
    at: Position,
  ): Promise<boolean> => {
    const younger = await times.firstAt(topic, partition, at.appendTimeMs + 1);
    if (younger === null || younger > at.offset) return false;
    const fetcher = createPartitionFetcher(deps.kafka, { topic, partition }, deps.log);
    try {
      const low = await fetcher.low();
      const committed = { offset: at.offset + 1n, metadata: "" };
      return await isMadeAnew(deps, { topic, partition, low, committed });
    } finally {
      await fetcher.close();
    }
  };
  const timer = setInterval(() => {
    looking = looking.then(() => (isStopped ? undefined : look()));
  }, everyMs);
  timer.unref();
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await looking;
      await times.close();
    },
  };
}
