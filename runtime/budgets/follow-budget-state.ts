import type { BudgetSnapshot } from "#runtime/budgets/budget-snapshot.ts";
import { holdStandings } from "#runtime/budgets/standings-held.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface FollowedBudgets extends BudgetSnapshot {
  /** false: following has ended for good, and what is known only grows old. */
  isFollowed(): boolean;
  /** Resolves when every message was seen that was acknowledged before the call; not while Kafka is away. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reads the compacted topic of budgets' standings from its beginning and goes on following it, without a group; resolves
 * when everything that was there at the start is known. A message that is none of the topic's is counted and stops nobody.
 *
 * @throws failure KAFKA_UNREACHABLE, KAFKA_LOGIN_REFUSED, KAFKA_NOT_ALLOWED, KAFKA_TOPIC_MISSING at the beginning
 */
export async function followBudgetState(deps: {
  readonly kafka: KafkaConfig;
  readonly topic: string;
  readonly log: Log;
  readonly metrics: Metrics;
}): Promise<FollowedBudgets> {
  const { kafka, topic, log, metrics } = deps;
  const { take, ...snapshot } = holdStandings();
  const unreadable = metrics.counter({
    name: "budget_messages_unreadable",
    help: "Messages of the topic of budgets' standings that are no such thing.",
  });
  let followed = true;
  const reader = await readTopic(kafka, {
    topic,
    log,
    onRecord: ({ key, value, offset }) => {
      if (take(key, value)) return;
      unreadable.inc();
      log.warn({ topic, offset: String(offset) }, "a message says nothing of budgets and is passed over");
    },
    onFailed: () => {
      followed = false;
    },
  });
  return {
    ...snapshot,
    isFollowed: () => followed,
    caughtUp: () => reader.caughtUp(),
    stop: () => reader.stop(),
  };
}
