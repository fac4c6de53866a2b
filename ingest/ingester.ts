import { createBatchBuilder } from "#ingest/batch-builder.ts";
import { isStoredAlready, readCovered } from "#ingest/covered.ts";
import type { IngestDeps } from "#ingest/deps.ts";
import { isGivenUp } from "#ingest/given-up.ts";
import { decodeIntent } from "#ingest/intent.ts";
import { PartitionWorker, type WorkerPorts } from "#ingest/partition-worker.ts";
import { persist } from "#ingest/persist.ts";
import { createTurns } from "#ingest/turns.ts";
import { writeBatch } from "#ingest/write-batch.ts";
import { type GroupConsumer, joinGroup, partitionKey, type Term } from "#runtime/kafka/group-consumer.ts";
import type { PartitionStart } from "#runtime/kafka/partition-starts.ts";

/** Batches that are built and written at a time: two, so that one is built while another is on the wire. */
const TURNS = 2;

export interface Ingester {
  /** Partitions that stand still, with the reason. */
  stopped(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Joins the group for a set of topics and runs a worker for each partition that it is given. */
export async function runIngester(deps: IngestDeps, topics: readonly string[]): Promise<Ingester> {
  const turns = createTurns(TURNS);
  const build = createBatchBuilder({ ...deps, recordsTopic: deps.topics.records });
  const workers = new Map<string, PartitionWorker>();
  const stopped = new Map<string, string>();
  const starting = Promise.withResolvers<GroupConsumer>();
  // A crash before anybody waits must not be an unhandled rejection.
  starting.promise.catch(() => {});

  const portsOf = (consumer: GroupConsumer, term: Term, topic: string, partition: number): WorkerPorts => ({
    at: { topic, partition },
    commit: (offset, metadata) => consumer.commit(term, { topic, partition, offset, metadata }),
    pause: () => consumer.pause(topic, partition),
    resume: () => {
      if (term.isCurrent()) consumer.resume(topic, partition);
    },
    seek: (offset) => {
      if (term.isCurrent()) consumer.seek(topic, partition, offset);
    },
    build,
    write: (batch, people, ingestedAt) => writeBatch(deps, batch, people, ingestedAt),
    isStoredAlready: (batch) => isStoredAlready(deps.clickhouse, batch.elements),
    isGivenUp: (from, to) => isGivenUp(deps.settings.state(), { topic, partition, from, to }),
    turn: turns.take,
    nowMs: () => deps.clock().getTime(),
    written: (batch, seconds) => deps.measures.written(batch, seconds),
    stopped: (reason) => {
      if (reason === null) stopped.delete(partitionKey(topic, partition));
      else stopped.set(partitionKey(topic, partition), reason);
      deps.measures.stopped(stopped.size);
    },
  });

  const assigned = async (
    term: Term,
    starts: readonly PartitionStart[],
  ): Promise<ReadonlyMap<string, bigint>> => {
    const consumer = await starting.promise;
    const old = [...workers.values()];
    workers.clear();
    stopped.clear();
    deps.measures.stopped(0);
    await Promise.all(old.map((worker) => worker.end()));
    const offsets = new Map<string, bigint>();
    for (const start of starts) {
      const { topic, partition } = start;
      const log = deps.log.child({ topic, partition });
      const ports = portsOf(consumer, term, topic, partition);
      const from = beginOf(start, log);
      const intent = decodeIntent(start.committed?.metadata ?? "");
      const covered = await persist(() => readCovered(deps.clickhouse, { topic, partition, from }), {
        isWanted: () => term.isCurrent(),
        log,
      });
      const worker = new PartitionWorker(ports, deps.limits, { next: from, intent, covered }, log);
      if (!term.isCurrent()) return new Map();
      workers.set(partitionKey(topic, partition), worker);
      offsets.set(partitionKey(topic, partition), from);
    }
    deps.log.info({ partitions: [...offsets.keys()] }, "partitions assigned");
    return offsets;
  };

  const { groupId, sessionTimeoutMs, log } = deps;
  const options = { groupId, topics, log, sessionTimeoutMs };
  const consumer = await joinGroup(deps.kafka, options, {
    assigned,
    fetched: (_term, fetched) => {
      deps.measures.fetched(fetched);
      workers.get(partitionKey(fetched.topic, fetched.partition))?.take(fetched);
    },
    crashed: deps.crashed,
  });
  starting.resolve(consumer);
  return {
    stopped: () => stopped,
    close: async () => {
      // Stop taking, let the batch under way end with its commit, then leave the group: kafkajs commits nothing once
      // it drains, and answers as if it had.
      await Promise.all([...workers.values()].map((worker) => worker.end()));
      await consumer.stop();
    },
  };
}

/** Where to begin: where the group left off, or at the first record that the broker still has. */
function beginOf({ low, high, committed }: PartitionStart, log: IngestDeps["log"]): bigint {
  if (committed === null) return low;
  const { offset } = committed;
  if (offset >= low && offset <= high) return offset;
  if (offset > high) {
    log.error(
      { committed: String(offset), end: String(high) },
      "the topic ends before our position: it was made anew or cut; beginning at its first record",
    );
  } else {
    log.error(
      { committed: String(offset), first: String(low) },
      "retention took records away that were not ingested yet",
    );
  }
  return low;
}
