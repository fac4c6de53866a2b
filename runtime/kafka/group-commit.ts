import { setTimeout as pause } from "node:timers/promises";
import type { Consumer, ConsumerCommitOffsetsEvent } from "kafkajs";
import { Failure, failure } from "#core/failure.ts";
import { mayPass, protocolError } from "#runtime/kafka/faults.ts";
import type { GroupConsumer } from "#runtime/kafka/group-consumer.ts";
import type { Term } from "#runtime/kafka/group-terms.ts";

/** What the coordinator says to a member that is none any more, or not in this generation: the term is over. */
const TERM_IS_OVER: ReadonlySet<string> = new Set([
  "UNKNOWN_MEMBER_ID",
  "ILLEGAL_GENERATION",
  "REBALANCE_IN_PROGRESS",
  "FENCED_INSTANCE_ID",
]);
const TRY_AGAIN_MS = 500;

/**
 * Commits of a term, one at a time, each resolved when the broker has taken it from that very term. While the term lasts
 * a commit is tried again: the coordinator moves when its broker ends, and what was written must not stand still for it.
 */
export function createCommit(consumer: Consumer): GroupConsumer["commit"] {
  let turn: Promise<unknown> = Promise.resolve();
  const commit: GroupConsumer["commit"] = async (term, at) => {
    for (;;)
      try {
        return await once(term, at);
      } catch (error) {
        if (error instanceof Failure) throw error;
        const { topic, partition } = at;
        if (!term.isCurrent() || TERM_IS_OVER.has(protocolError(error) ?? ""))
          throw failure("KAFKA_FENCED", { topic, partition }, error);
        if (!mayPass(error)) throw error;
        await pause(TRY_AGAIN_MS);
      }
  };
  const once: GroupConsumer["commit"] = async (term, { topic, partition, offset, metadata }) => {
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
