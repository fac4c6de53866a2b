import type { Consumer, ConsumerCommitOffsetsEvent } from "kafkajs";
import { failure } from "#core/failure.ts";
import type { GroupConsumer } from "#runtime/kafka/group-consumer.ts";
import type { Term } from "#runtime/kafka/group-terms.ts";

/** Commits of a term, one at a time, each resolved when the broker has taken it from that very term. */
export function createCommit(consumer: Consumer): GroupConsumer["commit"] {
  let turn: Promise<unknown> = Promise.resolve();
  const commit: GroupConsumer["commit"] = async (term, { topic, partition, offset, metadata }) => {
    if (!term.isCurrent()) throw failure("KAFKA_FENCED", { topic, partition });
    let seen: ConsumerCommitOffsetsEvent["payload"] | null = null;
    const forget = consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      seen = payload;
    });
    try {
      await consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]);
    } finally {
      forget();
    }
    // Narrowing does not see that the listener ran.
    const taken = seen as ConsumerCommitOffsetsEvent["payload"] | null;
    if (taken === null || !isOf(term, taken) || !term.isCurrent())
      throw failure("KAFKA_FENCED", { topic, partition });
  };
  return (term, at) => {
    // One at a time, so that the event that is seen is this commit's own.
    const mine = turn.then(() => commit(term, at));
    turn = mine.catch(() => {});
    return mine;
  };
}

/** Whether a commit went through as this member in this term's generation; the first one of a term tells which that is. */
function isOf(term: Term, { memberId, groupGenerationId }: ConsumerCommitOffsetsEvent["payload"]): boolean {
  term.generationId ??= String(groupGenerationId);
  return memberId === term.memberId && String(groupGenerationId) === term.generationId;
}
