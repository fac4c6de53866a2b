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
