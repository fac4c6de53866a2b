import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 100;

/** Waits until something is so, and says what was not where the bound passes first. */
export async function until(
  what: string,
  isSo: () => Promise<boolean> | boolean,
  boundMs: number,
): Promise<void> {
  const startMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startMs > boundMs) throw new Error(`after ${boundMs / 1000} s not so: ${what}`);
    await pause(LOOK_MS);
  }
}

/** Tries until it succeeds; after the bound, whatever it threw last. */
export async function tried<Value>(act: () => Promise<Value>, boundMs: number): Promise<Value> {
  const startMs = performance.now();
  for (;;)
    try {
      return await act();
    } catch (error) {
      if (performance.now() - startMs > boundMs) throw error;
      await pause(LOOK_MS);
    }
}
