import { setTimeout as pause } from "node:timers/promises";

/** Waits so long that no more than so many records a second were let through since the beginning. */
export type Pace = (records: number, signal: AbortSignal) => Promise<void>;

export function createPace(perSecond: number | undefined): Pace {
  if (perSecond === undefined) return async () => {};
  let dueMs = performance.now();
  return async (records, signal) => {
    const waitMs = dueMs - performance.now();
    dueMs = Math.max(dueMs, performance.now()) + (records / perSecond) * 1000;
    if (waitMs > 0) await pause(waitMs, undefined, { signal }).catch(() => {});
  };
}
