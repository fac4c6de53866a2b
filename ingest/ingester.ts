import { createBatchBuilder } from "#ingest/batch-builder.ts";
import { createBreaker } from "#ingest/breaker.ts";
import { isStoredAlready, readCovered } from "#ingest/covered.ts";
import type { IngestDeps } from "#ingest/deps.ts";
import { isGivenUp } from "#ingest/given-up.ts";
import { DEFAULT_GUARDS } from "#ingest/guards.ts";
import { createHeldBytes } from "#ingest/held-bytes.ts";
import { decodeIntent } from "#ingest/intent.ts";
import { isMadeAnew, lastIngested } from "#ingest/made-anew.ts";
import { PartitionWorker } from "#ingest/partition-worker.ts";
import { persist } from "#ingest/persist.ts";
import { createTurns } from "#ingest/turns.ts";
import { watchIngester } from "#ingest/watch-ingester.ts";
import { watchMadeAnew } from "#ingest/watch-made-anew.ts";
import type { WorkerPorts } from "#ingest/worker-ports.ts";
import { writeBatch } from "#ingest/write-batch.ts";
import { type GroupConsumer, joinGroup } from "#runtime/kafka/group-consumer.ts";
import { partitionKey, type Term } from "#runtime/kafka/group-terms.ts";
import type { PartitionStart } from "#runtime/kafka/partition-starts.ts";

/** Batches that are built and written at a time: two, so that one is built while another is on the wire. */
const TURNS = 2;

export interface Ingester {
  /** Why it is not ready: partitions that stand still, writes that fail, stalls. */
  notReady(): readonly string[];
  /** Partitions that stand still, with the reason. */
  stopped(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Joins the group for a set of topics and runs a worker for each partition that it is given. */
export async function runIngester(deps: IngestDeps, topics: readonly string[]): Promise<Ingester> {
  const guards = { ...DEFAULT_GUARDS, ...deps.guards };
  const turns = createTurns(TURNS);
  const memory = createHeldBytes(guards.heldBytesMax);
  const build = createBatchBuilder({ ...deps, recordsTopic: deps.topics.records });
  const breaker = createBreaker({
    limits: guards,
    clickhouse: deps.clickhouse,
    sharedTopic: deps.topics.records,
    settingsOffset: () => deps.settings.state().offset,
    nowMs: () => deps.clock().getTime(),
    changed: deps.measures.breakers,
    log: deps.log,
  });
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
    beginAnew: () => {
      const worker = workers.get(partitionKey(topic, partition));
      void worker?.end().then(() => consumer.beginAnew(term, topic, partition));
    },
    build,
    mayBegin: breaker.mayBegin,
    mayLookAgain: () => breaker.mayLookAgain({ topic, partition }),
    write: (...args) => writeBatch({ ...deps, foundThere: deps.measures.foundThere }, ...args),
    isStoredAlready: (batch) => isStoredAlready(deps.clickhouse, batch.elements),
    isGivenUp: (from, to) => isGivenUp(deps.settings.state(), { topic, partition, from, to }),
    turn: turns.take,
    memory,
    nowMs: () => deps.clock().getTime(),
    written: (batch, seconds) => deps.measures.written(batch, seconds),
    stopped: (reason) => {
      if (reason === null) stopped.delete(partitionKey(topic, partition));
      else stopped.set(partitionKey(topic, partition), reason);
      deps.measures.stopped(stopped.size);
    },
  });

  const released = async (): Promise<void> => {
    const old = [...workers.values()];
    workers.clear();
    stopped.clear();
    deps.measures.stopped(0);
    await Promise.all(old.map((worker) => worker.end()));
  };

  const assigned = async (
    term: Term,
    starts: readonly PartitionStart[],
  ): Promise<ReadonlyMap<string, bigint>> => {
    const consumer = await starting.promise;
    const offsets = new Map<string, bigint>();
    for (const start of starts) {
      const { topic, partition } = start;
      const log = deps.log.child({ topic, partition });
      const look = { isWanted: () => term.isCurrent(), log };
      const from = await persist(() => beginOf(deps, start, log), look);
      const intent = decodeIntent(start.committed?.metadata ?? "");
      const covered = await persist(() => readCovered(deps.clickhouse, { topic, partition, from }), look);
      const done = await persist(
        () => lastIngested(deps.clickhouse, { topic, partition, before: from }),
        look,
      );
      const ports = portsOf(consumer, term, topic, partition);
      const worker = new PartitionWorker(ports, deps.limits, { next: from, intent, covered, done }, log);
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
    released,
    assigned,
    fetched: (_term, fetched) => {
      deps.measures.fetched(fetched);
      workers.get(partitionKey(fetched.topic, fetched.partition))?.take(fetched);
    },
    crashed: deps.crashed,
  });
  starting.resolve(consumer);
  const watchdog = watchIngester(deps, { topics, workers, consumer, stallMs: guards.stallMs });
  const anew = watchMadeAnew(deps, () => workers.values());
  return {
    notReady: () => [
      ...[...stopped].map(([partition, reason]) => `partition ${partition}: ${reason}`),
      ...watchdog.reasons(),
    ],
    stopped: () => stopped,
    close: async () => {
      watchdog.stop();
      await anew.stop();
      // Stop taking, let the batch under way end with its commit, then leave the group: kafkajs commits nothing once
      // it drains, and answers as if it had.
      await Promise.all([...workers.values()].map((worker) => worker.end()));
      await consumer.stop();
    },
  };
}

/** Where to begin: where the group left off, or at the first record that the broker still has. */
async function beginOf(deps: IngestDeps, start: PartitionStart, log: IngestDeps["log"]): Promise<bigint> {
  const { low, high, committed } = start;
  if (committed === null) return low;
  const at = { committed: String(committed.offset), first: String(low), end: String(high) };
  if (committed.offset > high) {
    log.error(
      at,
      "the topic ends before our position: it was made anew or cut; beginning at its first record",
    );
    return low;
  }
  if (committed.offset < low) {
    log.error(at, "retention took records away that were not ingested yet");
    return low;
  }
  if (await isMadeAnew(deps, start)) {
    log.error(at, "the topic was made anew and has grown past our position; beginning at its first record");
    return low;
  }
  return committed.offset;
}
