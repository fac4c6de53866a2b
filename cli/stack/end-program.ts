import type { Log } from "#runtime/log.ts";
import type { Shutdown } from "#runtime/shutdown.ts";

/** What is broken may never close, and the next start waits for it: far less than an orderly end may take. */
const BROKEN_CLOSE_MS = 5_000;
/** Who waits for the end says why it came, where it knows; a program without such a one ends all the same. */
const LAST_WORDS_MS = 2_000;

/**
 * Ends the program, in order and with exit code 1, when a part of it cannot go on: a supervisor starts it anew, and
 * one that went on without the part would answer with what is no longer so.
 */
export function endProgram(
  { log, shutdown }: { readonly log: Log; readonly shutdown: Shutdown },
  why: string,
) {
  return (error: unknown): void => {
    log.fatal({ err: error }, `${why}; ending so that the supervisor starts the program again`);
    process.exitCode = 1;
    void shutdown
      .close(why, BROKEN_CLOSE_MS)
      .then(() => setTimeout(() => process.exit(1), LAST_WORDS_MS).unref());
  };
}
