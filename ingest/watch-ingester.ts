import type { IngestDeps } from "#ingest/deps.ts";
import type { PartitionWorker } from "#ingest/partition-worker.ts";
import { startWatchdog, type Watchdog } from "#ingest/watchdog.ts";
import type { GroupConsumer } from "#runtime/kafka/group-consumer.ts";
import { createPartitionFetcher } from "#runtime/kafka/partition-fetcher.ts";
import { readEnds } from "#runtime/kafka/topic-ends.ts";

/** A watchdog over the workers and the consumer of an ingester; a stall ends the program by `deps.crashed`. */
export function watchIngester(
  deps: Pick<IngestDeps, "kafka" | "log" | "measures" | "crashed">,
  watched: {
    readonly topics: readonly string[];
    readonly workers: ReadonlyMap<string, PartitionWorker>;
    readonly consumer: Pick<GroupConsumer, "heardAtMs">;
    readonly stallMs: number;
  },
): Watchdog {
  const { kafka, log, measures } = deps;
  const { topics, workers, consumer, stallMs } = watched;
  return startWatchdog(
    {
      lives: () => new Map([...workers].map(([name, worker]) => [name, worker.life()])),
      heardAtMs: consumer.heardAtMs,
      ends: () => readEnds(kafka, topics, log),
      hasRecords: async (topic, partition, offset) => {
        const fetcher = createPartitionFetcher(kafka, { topic, partition }, log);
        try {
          return (await fetcher.fetch(offset)).records.length > 0;
        } finally {
          await fetcher.close();
        }
      },
      lag: measures.lag,
      stalled: deps.crashed,
      nowMs: () => performance.now(),
      log,
    },
    stallMs,
  );
}
