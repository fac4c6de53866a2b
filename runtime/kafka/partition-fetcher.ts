import { createKafka, type KafkaClient } from "#runtime/kafka/client.ts";
import {
  type Cluster,
  committedOf,
  createCluster,
  type FetchedPartition,
  READ_COMMITTED,
} from "#runtime/kafka/cluster.ts";
import { toLogRecord } from "#runtime/kafka/log-record.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface Fetched {
  /** Committed records at and after the offset that was asked for. */
  readonly records: readonly LogRecord[];
  /** All offsets below were seen: those of control records and of compacted ones count too. */
  readonly next: bigint;
  /** The end of what is committed. */
  readonly end: bigint;
}

export interface PartitionFetcher {
  /** The first offset that is still there. */
  low(): Promise<bigint>;
  /** Waits up to `WAIT_MS` for something to be there. After a failure the next call connects anew. */
  fetch(offset: bigint): Promise<Fetched>;
  close(): Promise<void>;
}

/** How long the broker holds an answer back while there is nothing; something new is answered at once. */
const WAIT_MS = 250;
const FETCH_BYTES_MAX = 5 * 1024 * 1024;

/** Reads one partition without a group. */
export function createPartitionFetcher(
  config: KafkaConfig,
  at: { readonly topic: string; readonly partition: number },
  log: Log,
): PartitionFetcher {
  const kafka = createKafka(config, log);
  let connected: Promise<Cluster> | null = null;
  const disconnect = async () => {
    const last = connected;
    connected = null;
    await last?.then((cluster) => cluster.disconnect()).catch(() => {});
  };
  const withCluster = async <Value>(act: (cluster: Cluster) => Promise<Value>): Promise<Value> => {
    connected ??= connect(kafka, at.topic);
    try {
      return await act(await connected);
    } catch (error) {
      // Whatever it was (a broker that left, a leader that moved), new connections and new metadata are right.
      await disconnect();
      throw error;
    }
  };
  return {
    low: () => withCluster((cluster) => lowOf(cluster, at)),
    fetch: (offset) => withCluster((cluster) => fetchFrom(cluster, at, offset)),
    close: disconnect,
  };
}

async function connect(kafka: KafkaClient, topic: string): Promise<Cluster> {
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    return cluster;
  } catch (error) {
    await cluster.disconnect().catch(() => {});
    throw error;
  }
}

type At = { readonly topic: string; readonly partition: number };

async function lowOf(cluster: Cluster, { topic, partition }: At): Promise<bigint> {
  const [offsets] = await cluster.fetchTopicsOffset([
    { topic, partitions: [{ partition }], fromBeginning: true },
  ]);
  return BigInt(offsets?.partitions[0]?.offset ?? 0);
}

async function fetchFrom(cluster: Cluster, { topic, partition }: At, offset: bigint): Promise<Fetched> {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined) throw new Error(`partition ${partition} of ${topic} has no leader`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const { responses } = await broker.fetch({
    maxWaitTime: WAIT_MS,
    minBytes: 1,
    maxBytes: FETCH_BYTES_MAX,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES_MAX }] }],
  });
  const fetched = responses[0]?.partitions[0];
  // A broker that throttles answers with nothing at all.
  return fetched === undefined
    ? { records: [], next: offset, end: offset }
    : fetchedOf(fetched, topic, offset);
}

function fetchedOf(fetched: FetchedPartition, topic: string, offset: bigint): Fetched {
  let next = offset;
  for (const { offset: own, batchContext } of fetched.messages) {
    // The last offset of a batch counts even where its record was compacted away.
    const last = batchContext
      ? BigInt(batchContext.firstOffset) + BigInt(batchContext.lastOffsetDelta)
      : BigInt(own);
    if (last >= next) next = last + 1n;
  }
  const records = committedOf(fetched)
    .filter((message) => BigInt(message.offset) >= offset)
    .map((message) => toLogRecord(topic, fetched.partition, message));
  return { records, next, end: BigInt(fetched.lastStableOffset) };
}
