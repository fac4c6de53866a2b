import { failure } from "#core/failure.ts";
import { foldAll, type SettingsMessage } from "#core/settings/fold.ts";
import { NO_SETTINGS, type Outcome, type SettingsState } from "#core/settings/state.ts";

/** The settings as this process knows them: the fold of the topic so far, and what became of each message. */
export interface SettingsLog {
  readonly topic: string;
  state(): SettingsState;
  /**
   * The settings as of an offset that was passed already: what a rating or a repeated batch was made with.
   * Throws when the offset lies ahead of `state().offset`.
   */
  at(offset: bigint): SettingsState;
  /** The offset of the last change that Kafka had taken by then; -1 is none. What was known at that moment. */
  offsetAt(timeMs: number): bigint;
  outcomeAt(offset: bigint): Outcome | undefined;
  /** What became of the messages after an offset, in order, `limit` at most. */
  outcomesAfter(offset: bigint, limit: number): readonly Outcome[];
  /** Resolves once the fold has passed the offset; rejects with SETTINGS_NOT_FOLLOWED when the signal aborts. */
  waitFor(offset: bigint, signal: AbortSignal): Promise<void>;
  /** Resolves when every change was folded that was acknowledged before the call; not while Kafka is away. */
  caughtUp(): Promise<void>;
  /** Called after each fold, with what is new; gives a function that ends it. A listener must not throw. */
  onChange(listener: SettingsListener): () => void;
  stop(): Promise<void>;
}

export type SettingsListener = (state: SettingsState, news: readonly Outcome[]) => void;

/** How many past states `at` keeps: a few batches of different partitions are under way at a time. */
const PAST_STATES_MAX = 8;

/** The fold held in memory, fed by `add`; all messages are kept, so that any past state can be made again. */
export function createFoldedLog(topic: string): Omit<SettingsLog, "stop" | "caughtUp"> & {
  add(messages: readonly SettingsMessage[]): void;
} {
  const messages: SettingsMessage[] = [];
  const outcomes: Outcome[] = [];
  const past = new Map<bigint, SettingsState>();
  const listeners = new Set<SettingsListener>();
  let current = NO_SETTINGS;

  const refold = (offset: bigint): SettingsState => {
    const { state } = foldAll(NO_SETTINGS, messages.slice(0, indexAfter(messages, offset)));
    past.set(offset, state);
    const oldest = past.keys().next();
    if (past.size > PAST_STATES_MAX && oldest.done !== true) past.delete(oldest.value);
    return state;
  };
  const onChange = (listener: SettingsListener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  return {
    topic,
    onChange,
    state: () => current,
    at: (offset) => {
      if (offset > current.offset)
        throw new Error(`settings offset ${offset} lies ahead of ${current.offset}`);
      return offset === current.offset ? current : (past.get(offset) ?? refold(offset));
    },
    // From the end: Kafka's times can stand still or step back by a leader's clock, and the log's order is what counts.
    offsetAt: (timeMs) => messages.findLast(({ appendTimeMs }) => appendTimeMs <= timeMs)?.offset ?? -1n,
    outcomeAt: (offset) => {
      const found = outcomes[indexAfter(outcomes, offset) - 1];
      return found?.offset === offset ? found : undefined;
    },
    outcomesAfter: (offset, limit) => {
      const start = indexAfter(outcomes, offset);
      return outcomes.slice(start, start + limit);
    },
    waitFor: (offset, signal) => waitForOffset({ topic, onChange, state: () => current }, offset, signal),
    add: (added) => {
      // A reader that reconnects may give the last messages again; the log's order makes them easy to know.
      const news = added.filter((message) => message.offset > current.offset);
      if (news.length === 0) return;
      const folded = foldAll(current, news);
      messages.push(...news);
      outcomes.push(...folded.outcomes);
      current = folded.state;
      for (const listener of [...listeners]) listener(current, folded.outcomes);
    },
  };
}

function waitForOffset(
  log: Pick<SettingsLog, "topic" | "onChange" | "state">,
  offset: bigint,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (log.state().offset >= offset) return resolve();
    const settle = (end: () => void): void => {
      unsubscribe();
      signal.removeEventListener("abort", giveUp);
      end();
    };
    const giveUp = (): void =>
      settle(() => reject(failure("SETTINGS_NOT_FOLLOWED", { topic: log.topic, offset })));
    const unsubscribe = log.onChange((state) => {
      if (state.offset >= offset) settle(resolve);
    });
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
  });
}

/** How many entries of an ascending list have an offset up to and with this one. */
function indexAfter(list: readonly { readonly offset: bigint }[], offset: bigint): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.offset ?? 0n) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
