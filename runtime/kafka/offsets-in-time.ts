import { createKafka } from "#runtime/kafka/client.ts";
import { type Cluster, createCluster } from "#runtime/kafka/cluster.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface OffsetsInTime {
  /** The first offset whose record has this time or a later one; null where there is none. */
  firstAt(topic: string, partition: number, timeMs: number): Promise<bigint | null>;
  close(): Promise<void>;
}

/** Asks for offsets by time, over one connection that is kept. After a failure the next question connects anew. */
export function createOffsetsInTime(config: KafkaConfig, log: Log): OffsetsInTime {
  const kafka = createKafka(config, log);
  let connected: Promise<Cluster> | null = null;
  const disconnect = async () => {
    const last = connected;
    connected = null;
    await last?.then((cluster) => cluster.disconnect()).catch(() => {});
  };
  const connect = async () => {
    const cluster = createCluster(kafka);
    await cluster.connect();
    return cluster;
  };
  return {
    firstAt: async (topic, partition, timeMs) => {
      connected ??= connect();
      try {
        const cluster = await connected;
        await cluster.addTargetTopic(topic);
        const [found] = await cluster.fetchTopicsOffset([
          { topic, partitions: [{ partition }], fromTimestamp: timeMs },
        ]);
        const offset = BigInt(found?.partitions[0]?.offset ?? -1);
        return offset < 0n ? null : offset;
      } catch (error) {
        await disconnect();
        throw error;
      }
    },
    close: disconnect,
  };
}
