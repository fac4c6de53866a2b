import { joinGroup } from "#runtime/kafka/group-consumer.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface Leadership {
  /** Leaves the group, so that another leads at once. */
  stop(): Promise<void>;
}

/**
 * One leader among the processes of a group, without another system: Kafka gives a topic's one partition to one
 * member, and that one leads. Nothing is read from the topic and nothing committed. A leader that hangs or dies is
 * replaced after the session timeout, and may go on for a moment after that: so work must bear repeating, this keeps
 * it from being done twice most of the time.
 * `begin` is called at each taking of office and answers how to leave it; the two never overlap in one process.
 */
export async function lead(
  kafka: KafkaConfig,
  options: {
    readonly groupId: string;
    /** With one partition. */
    readonly topic: string;
    readonly log: Log;
    readonly crashed: (error: Error) => void;
    readonly sessionTimeoutMs?: number;
  },
  begin: () => { stop(): Promise<void> },
): Promise<Leadership> {
  const { groupId, topic, log, crashed } = options;
  let office: { stop(): Promise<void> } | null = null;
  let turn: Promise<void> = Promise.resolve();
  let isLeaving = false;
  const change = (isLeader: boolean): Promise<void> => {
    turn = turn.then(async () => {
      if (isLeader === (office !== null)) return;
      log.info({ groupId }, isLeader ? "leading from now on" : "leading no more");
      const old = office;
      office = null;
      await old?.stop();
      if (isLeader) office = begin();
    });
    return turn;
  };
  const consumer = await joinGroup(
    kafka,
    { groupId, topics: [topic], log, sessionTimeoutMs: options.sessionTimeoutMs },
    {
      assigned: async (term, starts) => {
        // A rebalance may come while it leaves: an office that is taken then would be left by nobody.
        await change(!isLeaving && starts.length > 0 && term.isCurrent());
        // Nowhere to begin: the partition stays paused, and holding it is all that it is for.
        return new Map();
      },
      fetched: () => {},
      crashed,
    },
  );
  return {
    stop: async () => {
      isLeaving = true;
      await change(false);
      await consumer.stop();
    },
  };
}
