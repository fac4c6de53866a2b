import { type Failure, failure } from "#core/failure.ts";
import type { PartitionLife } from "#ingest/worker-ports.ts";
import type { PartitionEnd } from "#runtime/kafka/topic-ends.ts";
import type { Log } from "#runtime/log.ts";

export interface WatchdogPorts {
  /** What each partition that is ours does, by `topic/partition`. */
  lives(): ReadonlyMap<string, PartitionLife>;
  /** When the group last knew us as alive, by `nowMs`. */
  heardAtMs(): number;
  /** Where the topics end, over a connection of its own. */
  ends(): Promise<readonly PartitionEnd[]>;
  /** Whether a connection of its own is handed records from an offset on. */
  hasRecords(topic: string, partition: number, offset: bigint): Promise<boolean>;
  lag(topic: string, partition: number, records: number): void;
  /** It cannot go on by itself. */
  stalled(reason: Failure): void;
  /** A clock that never goes back. */
  nowMs(): number;
  readonly log: Log;
}

export interface Watchdog {
  /** Why the ingester is not ready: what does not move, and for how long. */
  reasons(): readonly string[];
  stop(): void;
}

/** The default for `stallMs`. A stall is to be over within 90 s: this, two rounds, and the supervisor's start. */
export const STALL_MS = 60_000;
/** A step that takes this many times as long as a stall hangs: every request has a bound far below. */
const STEP_STALLS = 10;
/** A join may take as long as the slowest member needs. */
const HEARD_STALLS = 1.5;
const ROUNDS = 12;
/** A new connection and two questions; a broker that takes longer does not answer. */
const ANSWER_MS = 10_000;

/**
 * Watches for a stall that no error tells of: records are there and none is handed to us, the group hears nothing, a
 * step does not end. kafkajs has such states, and a program in one looks alive. It acts only where a connection of its
 * own is answered: while Kafka or ClickHouse is away nothing is stalled, and a new start would help nobody.
 */
export function startWatchdog(ports: WatchdogPorts, stallMs: number = STALL_MS): Watchdog {
  const everyMs = stallMs / ROUNDS;
  let reasons: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  /** Nothing that was so before counts: the event loop stood still, or Kafka was away. */
  let sinceMs = ports.nowMs();
  const round = async (dueMs: number) => {
    if (ports.nowMs() - dueMs > 3 * everyMs) sinceMs = ports.nowMs();
    const ends = await bounded(ports.ends(), ANSWER_MS);
    const failing = failingOf(ports.lives(), ports.nowMs(), stallMs / 2);
    if (ends === null) {
      sinceMs = ports.nowMs();
      reasons = ["Kafka does not answer", ...failing];
      return;
    }
    const stalls = await stallsOf(ports, ends, { sinceMs, stallMs });
    if (isStopped) return;
    reasons = [...stalls.map(({ message }) => message), ...failing];
    const over = stalls.find(({ isOver }) => isOver);
    if (over !== undefined) ports.stalled(over.reason);
  };
  const again = () => {
    if (isStopped) return;
    const dueMs = ports.nowMs() + everyMs;
    timer = setTimeout(() => {
      round(dueMs)
        .catch((error: unknown) => ports.log.warn({ err: error }, "the watchdog could not look"))
        .finally(again);
    }, everyMs);
    timer.unref();
  };
  again();
  return {
    reasons: () => reasons,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

interface Stall {
  readonly message: string;
  readonly isOver: boolean;
  readonly reason: Failure;
}

async function stallsOf(
  ports: WatchdogPorts,
  ends: readonly PartitionEnd[],
  { sinceMs, stallMs }: { readonly sinceMs: number; readonly stallMs: number },
): Promise<readonly Stall[]> {
  const stalls: Stall[] = [];
  const lasting = (what: string, atMs: number, boundMs: number) => {
    const forMs = ports.nowMs() - Math.max(atMs, sinceMs);
    if (forMs < boundMs / 2) return false;
    const reason = failure("INGEST_STALLED", { what, seconds: Math.round(forMs / 1000) });
    stalls.push({ message: reason.message, isOver: forMs >= boundMs, reason });
    return true;
  };
  lasting("The consumer group has not heard of this member", ports.heardAtMs(), HEARD_STALLS * stallMs);
  const lives = ports.lives();
  const isAnyWorking = [...lives.values()].some(({ isWorking }) => isWorking);
  const look = async ({ topic, partition, offset }: PartitionEnd): Promise<void> => {
    const name = `${topic}/${partition}`;
    const life = lives.get(name);
    if (life === undefined) return;
    ports.lag(topic, partition, Number(offset - life.next));
    if (life.isWorking) lasting(`Partition ${name} is at one step`, life.movedAtMs, STEP_STALLS * stallMs);
    // Room comes of work: where nobody works, it never comes.
    if (life.isFull && !isAnyWorking)
      lasting(`Partition ${name} has no room and nothing is being written`, life.movedAtMs, stallMs);
    if (!life.isWaiting || life.next >= offset) return;
    const idleMs = ports.nowMs() - Math.max(life.movedAtMs, sinceMs);
    if (idleMs < stallMs / 2) return;
    // Control records lie behind the last record for ever, and nobody is handed them. No answer is no comfort.
    const hasRecords = await bounded(ports.hasRecords(topic, partition, life.next), stallMs / ROUNDS);
    if (hasRecords !== false)
      lasting(`Partition ${name} has records and none is handed over`, life.movedAtMs, stallMs);
  };
  await Promise.all(ends.map(look));
  return stalls;
}

function failingOf(
  lives: ReadonlyMap<string, PartitionLife>,
  nowMs: number,
  boundMs: number,
): readonly string[] {
  return [...lives].flatMap(([name, { failing }]) =>
    failing !== null && nowMs - failing.sinceMs >= boundMs ? [`partition ${name}: ${failing.reason}`] : [],
  );
}

/** Null where it fails or takes longer. */
async function bounded<Value>(promise: Promise<Value>, ms: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  return Promise.race([promise.catch(() => null), late]).finally(() => clearTimeout(timer));
}
