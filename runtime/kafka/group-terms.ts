import { setTimeout as pause } from "node:timers/promises";
import type { Consumer } from "kafkajs";
import type { KafkaClient } from "#runtime/kafka/client.ts";
import { mayPass } from "#runtime/kafka/faults.ts";
import type { GroupHandlers } from "#runtime/kafka/group-consumer.ts";
import { type PartitionStart, readStarts } from "#runtime/kafka/partition-starts.ts";

/** One term of membership in the group: work that was begun in it may be committed in it only. */
export interface Term {
  readonly memberId: string;
  /** The group's generation, known from the first heartbeat or commit of the term on. */
  generationId: string | null;
  /** False as soon as the group has rebalanced. */
  isCurrent(): boolean;
}

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

type Assignment = { topic: string; partitions: number[] }[];

const TRY_AGAIN_MS = 500;

/** Holds everything back at each (re)join until `assigned` has said where to begin. */
export function followTerms(
  kafka: KafkaClient,
  consumer: Consumer,
  groupId: string,
  handlers: GroupHandlers,
) {
  let current: Term | null = null;
  let heardAtMs = performance.now();
  /** Asked again while the term lasts: a connection that breaks here is no reason to end, and nothing is fetched yet. */
  const startsWhile = async (term: Term, of: Assignment): Promise<readonly PartitionStart[] | null> => {
    while (term.isCurrent())
      try {
        return await readStarts(kafka, groupId, of);
      } catch (error) {
        if (!mayPass(error)) throw error;
        await pause(TRY_AGAIN_MS);
      }
    return null;
  };
  const begin = async (term: Term, assignment: Assignment) => {
    const starts = await startsWhile(term, assignment);
    if (starts === null || !term.isCurrent()) return;
    const offsets = await handlers.assigned(term, starts);
    for (const { topic, partition } of starts) {
      const offset = offsets.get(partitionKey(topic, partition));
      if (offset === undefined || !term.isCurrent()) continue;
      consumer.seek({ topic, partition, offset: String(offset) });
      consumer.resume([{ topic, partitions: [partition] }]);
    }
  };
  const crashed = (term: Term) => (error: unknown) => {
    if (term.isCurrent()) handlers.crashed(error as Error);
  };
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const { memberId } = payload;
    const term: Term = { memberId, generationId: null, isCurrent: () => current === term };
    current = term;
    heardAtMs = performance.now();
    const assignment = Object.entries(payload.memberAssignment).map(([topic, partitions]) => ({
      topic,
      partitions,
    }));
    // Before the first fetch of this term: kafkajs emits this event between joining and fetching.
    consumer.pause(assignment);
    const released = handlers.released?.() ?? Promise.resolve();
    released.then(() => begin(term, assignment)).catch(crashed(term));
  });
  consumer.on(consumer.events.HEARTBEAT, ({ payload }) => {
    heardAtMs = performance.now();
    if (current?.memberId === payload.memberId) current.generationId ??= String(payload.groupGenerationId);
  });
  consumer.on(consumer.events.REBALANCING, () => {
    current = null;
  });
  return {
    current: () => current,
    heardAtMs: () => heardAtMs,
    beginAnew: (term: Term, topic: string, partition: number) => {
      if (!term.isCurrent()) return;
      const assignment = [{ topic, partitions: [partition] }];
      consumer.pause(assignment);
      begin(term, assignment).catch(crashed(term));
    },
    end: () => {
      current = null;
    },
  };
}
