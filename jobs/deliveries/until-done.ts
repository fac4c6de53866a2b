import { setTimeout as pause } from "node:timers/promises";
import type { Log } from "#runtime/log.ts";

const AGAIN_MS = 1000;

/**
 * Does something until it succeeds: what was sent must get on record, whatever is away meanwhile. Once also where it is
 * broken off before, so that a program that ends in order leaves nothing to be sent again.
 *
 * @throws what it failed of, when broken off
 */
export async function untilDone(
  { log }: { readonly log: Log },
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ err: error }, "what became of a notification is not on record yet; it is tried again");
      await pause(AGAIN_MS, undefined, { signal });
    }
  }
}
