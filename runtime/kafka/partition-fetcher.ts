import type { Range } from "#core/coverage/range.ts";
import { createKafka, type KafkaClient } from "#runtime/kafka/client.ts";
import {
  type Cluster,
  committedOf,
  createCluster,
  type FetchedPartition,
  READ_COMMITTED,
} from "#runtime/kafka/cluster.ts";
import { toLogRecord } from "#runtime/kafka/log-record.ts";
import { isPoison } from "#runtime/kafka/poison.ts";
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

/** What a partition holds from an offset on, whatever it is: for whoever asks why an offset holds no record. */
export interface Looked {
  /** Every place that holds something, in order; a range of offsets whose batch is there and whose record is not has none. */
  readonly places: readonly Place[];
  /** The batches that were looked at; offsets that none of them spans are not in the log. */
  readonly batches: readonly Range[];
  readonly end: bigint;
}
export interface Place {
  readonly offset: bigint;
  readonly kind: "record" | "control" | "aborted" | "unreadable";
  readonly appendTimeMs: number;
}

export interface PartitionFetcher {
  /** The first offset that is still there. */
  low(): Promise<bigint>;
  /** The offset after the last. */
  high(): Promise<bigint>;
  /** Waits up to `WAIT_MS` for something to be there. After a failure the next call connects anew. */
  fetch(offset: bigint): Promise<Fetched>;
  /** The same with what readers are not shown. */
  look(offset: bigint, bytesMax?: number): Promise<Looked>;
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
    low: () => withCluster((cluster) => endOf(cluster, at, { fromBeginning: true })),
    high: () => withCluster((cluster) => endOf(cluster, at, { fromBeginning: false })),
    fetch: (offset) =>
      withCluster(async (cluster) => fetchedOf(await fetchFrom(cluster, at, offset), at, offset)),
    look: (offset, bytesMax) =>
      withCluster(async (cluster) => lookedOf(await fetchFrom(cluster, at, offset, bytesMax), offset)),
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

async function endOf(
  cluster: Cluster,
  { topic, partition }: At,
  which: { readonly fromBeginning: boolean },
): Promise<bigint> {
  const [offsets] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...which }]);
  return BigInt(offsets?.partitions[0]?.offset ?? 0);
}

/** A broker that throttles answers with nothing at all: null. */
async function fetchFrom(
  cluster: Cluster,
  { topic, partition }: At,
  offset: bigint,
  bytesMax = FETCH_BYTES_MAX,
): Promise<FetchedPartition | null> {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (leader === undefined) throw new Error(`partition ${partition} of ${topic} has no leader`);
  const broker = await cluster.findBroker({ nodeId: leader });
  const { responses } = await broker.fetch({
    maxWaitTime: WAIT_MS,
    minBytes: 1,
    maxBytes: bytesMax,
    isolationLevel: READ_COMMITTED,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: bytesMax }] }],
  });
  return responses[0]?.partitions[0] ?? null;
}

function fetchedOf(fetched: FetchedPartition | null, { topic }: At, offset: bigint): Fetched {
  if (fetched === null) return { records: [], next: offset, end: offset };
  let next = offset;
  for (const { to } of batchesOf(fetched)) if (to >= next) next = to + 1n;
  const records = committedOf(fetched)
    .filter((message) => BigInt(message.offset) >= offset)
    .map((message) => toLogRecord(topic, fetched.partition, message));
  return { records, next, end: BigInt(fetched.lastStableOffset) };
}

function lookedOf(fetched: FetchedPartition | null, offset: bigint): Looked {
  if (fetched === null) return { places: [], batches: [], end: offset };
  const committed = new Set(committedOf(fetched).map((message) => message.offset));
  const places = fetched.messages
    .filter((message) => BigInt(message.offset) >= offset)
    .map((message): Place => {
      const readable = committed.has(message.offset) ? "record" : "aborted";
      const kind = isPoison(message.value) ? "unreadable" : readable;
      return {
        offset: BigInt(message.offset),
        kind: message.isControlRecord === true ? "control" : kind,
        appendTimeMs: Math.max(0, Number(message.timestamp)),
      };
    });
  return { places, batches: batchesOf(fetched), end: BigInt(fetched.lastStableOffset) };
}

/** The last offset of a batch counts even where its record was compacted away. */
function batchesOf({ messages }: FetchedPartition): readonly Range[] {
  return messages.map(({ offset, batchContext }) => {
    if (batchContext === undefined) return { from: BigInt(offset), to: BigInt(offset) };
    const from = BigInt(batchContext.firstOffset);
    return { from, to: from + BigInt(batchContext.lastOffsetDelta) };
  });
}
