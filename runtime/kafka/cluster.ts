import { createRequire } from "node:module";
import type { KafkaMessage } from "kafkajs";
import type { KafkaClient } from "#runtime/kafka/client.ts";

/** A message as the broker has it: control records and those of aborted transactions are there too. */
export type RawMessage = KafkaMessage & {
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly firstOffset: string; readonly lastOffsetDelta: number };
};

export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly abortedTransactions: readonly unknown[];
  readonly messages: readonly RawMessage[];
}

interface Broker {
  fetch(request: {
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly FetchedPartition[];
    }[];
  }>;
}

/** What we use of kafkajs's cluster, one level below its public face. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, number[]>>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly ({ topic: string; partitions: { partition: number }[] } & (
      | { fromBeginning: boolean }
      | { fromTimestamp: number }
    ))[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

export const READ_COMMITTED = 1;
const CREATE_CLUSTER = "private:Kafka:createCluster";

/**
 * The connections below a kafkajs client. Its public face reads through consumer groups alone, and a reader that keeps
 * no place wants none of that: no coordinator, no rebalance (3 s on a default broker), no right on a group. kafkajs
 * 2.2.4 is its last release and pinned exactly, so what lies below does not move; a test would say so.
 */
export function createCluster(kafka: KafkaClient): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find((own) => own.description === CREATE_CLUSTER);
  const create =
    symbol && (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol as unknown as symbol];
  if (typeof create !== "function") throw new Error("kafkajs is not the version that this was written for");
  return create({
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  });
}

const require = createRequire(import.meta.url);
const filterAborted = require("kafkajs/src/consumer/filterAbortedMessages") as (fetched: {
  readonly messages: readonly RawMessage[];
  readonly abortedTransactions: readonly unknown[];
}) => readonly RawMessage[];

/** The messages that a reader of committed data sees. */
export function committedOf(fetched: FetchedPartition): readonly RawMessage[] {
  return filterAborted(fetched).filter((message) => message.isControlRecord !== true);
}
