import { setTimeout as pause } from "node:timers/promises";

/** Asks until the answer is true or the bound is over; says which of the two. Asks once more at the bound. */
export async function waitUntil(
  ask: () => boolean | Promise<boolean>,
  boundMs: number,
  everyMs = 50,
): Promise<boolean> {
  const end = performance.now() + boundMs;
  while (!(await ask())) {
    if (performance.now() > end) return false;
    await pause(everyMs);
  }
  return true;
}
