import type { DeliveriesDeps } from "#jobs/deliveries/deps.ts";
import { createTerm, type Term } from "#jobs/deliveries/term.ts";
import type { Job } from "#jobs/job.ts";

/** Alerts that others wrote are found within this; those of this process by `wake` at once. */
const LOOK_MS = 1000;
/** After this a round is over, so that the job says that it is alive. */
const ROUND_MS = 10_000;
const AFTER_ERROR_MS = 1000;

export interface DeliveriesJob extends Job {
  /** An alert was written: look now. Safe to call at any time, also where another process leads. */
  wake(): void;
  /** Resolves when no receiver is being told anything. */
  idle(): Promise<void>;
}

/**
 * Tells receivers of alerts: at least once each thing, with the same id at every try, whoever leads. What is to be told
 * stands with the alerts (`receivers`), so nothing has to be handed over.
 *
 * @param options.roundMs how long a round looks and begins; 0: it looks once
 */
export function deliveriesJob(
  deps: DeliveriesDeps,
  { roundMs = ROUND_MS }: { readonly roundMs?: number } = {},
): DeliveriesJob {
  const bell = createBell();
  let held: { readonly signal: AbortSignal; readonly term: Term } | null = null;
  let hasFailed = false;
  return {
    name: "deliveries",
    get everyMs() {
      return hasFailed ? AFTER_ERROR_MS : 0;
    },
    run: async (signal) => {
      // What an earlier term knew is not known any more: another process may have led since.
      if (held?.signal !== signal) held = { signal, term: createTerm(deps, signal, bell.ring) };
      const { term } = held;
      hasFailed = true;
      const untilMs = performance.now() + roundMs;
      do {
        bell.hush();
        await term.tick();
        if (performance.now() < untilMs) await bell.heard(LOOK_MS, signal);
      } while (!signal.aborted && performance.now() < untilMs);
      if (signal.aborted) await term.idle();
      signal.throwIfAborted();
      hasFailed = false;
    },
    wake: bell.ring,
    idle: async () => held?.term.idle(),
  };
}

/** Wakes whoever waits, or the next one who would. */
function createBell() {
  let hasRung = false;
  let listener: (() => void) | null = null;
  return {
    ring: () => {
      hasRung = true;
      listener?.();
    },
    hush: () => {
      hasRung = false;
    },
    heard: (forMs: number, signal: AbortSignal): Promise<void> =>
      new Promise((over) => {
        if (hasRung || signal.aborted) return over();
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          listener = null;
          over();
        };
        const timer = setTimeout(end, forMs);
        listener = end;
        signal.addEventListener("abort", end);
      }),
  };
}
