import type { Log } from "#runtime/log.ts";

export interface Shutdown {
  /** Registers what to close. Closing runs in the reverse order of registration: start read backwards. */
  onClose(name: string, close: () => Promise<void> | void): void;
  /**
   * Closes everything once; later calls give the same promise. Resolves to whether all closed in time, which is
   * `timeoutMs`, or the program's own.
   */
  close(reason: string, timeoutMs?: number): Promise<boolean>;
  /** Aborted as soon as closing begins, for loops that wait. */
  readonly signal: AbortSignal;
  /** Takes the handlers of the signals off again (tests). */
  release(): void;
}

/** SIGHUP is a terminal window that was closed: nobody may be there to press Ctrl-C, and the end is to be the same. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** What a shell reports for a program ended by a second interrupt. */
const FORCED_EXIT_CODE = 130;
/** A terminal gives Ctrl-C to every process at once, and `npm` and the launcher pass theirs on: one press, twice. */
const ECHO_MS = 500;

/**
 * Orderly end of a program: on SIGTERM, SIGINT or SIGHUP everything registered is closed, last started first, bounded by
 * one timer over all; then `exit` gets 0, or 1 if something failed or the time was up. A second signal ends at once,
 * unless it is the echo of the first.
 * One part that fails to close does not keep the others open.
 */
export function createShutdown(deps: {
  log: Log;
  timeoutMs: number;
  exit?: (code: number) => void;
}): Shutdown {
  const exit = deps.exit ?? ((code: number) => process.exit(code));
  const parts: { name: string; close: () => Promise<void> | void }[] = [];
  const begun = new AbortController();
  let closing: Promise<boolean> | null = null;

  const close = (reason: string, timeoutMs = deps.timeoutMs): Promise<boolean> => {
    closing ??= closeAll(reason, timeoutMs);
    return closing;
  };
  const closeAll = async (reason: string, timeoutMs: number): Promise<boolean> => {
    deps.log.info({ reason }, "closing");
    begun.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    const inTime = await Promise.race([closeInReverse(parts, deps.log), late]);
    clearTimeout(timer);
    if (!inTime) deps.log.error({ timeoutMs }, "not everything closed in order and in time");
    return inTime;
  };
  let first: { readonly name: NodeJS.Signals; readonly atMs: number } | null = null;
  const onSignal = (name: NodeJS.Signals): void => {
    if (first?.name === name && performance.now() - first.atMs < ECHO_MS) return;
    first ??= { name, atMs: performance.now() };
    if (closing !== null) exit(FORCED_EXIT_CODE);
    else void close(name).then((clean) => exit(clean ? 0 : 1));
  };
  for (const name of SIGNALS) process.on(name, onSignal);

  return {
    onClose: (name, part) => {
      parts.push({ name, close: part });
    },
    close,
    signal: begun.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

async function closeInReverse(
  parts: readonly { name: string; close: () => Promise<void> | void }[],
  log: Log,
): Promise<boolean> {
  let clean = true;
  for (const part of parts.toReversed()) {
    try {
      await part.close();
    } catch (error) {
      clean = false;
      log.error({ error, part: part.name }, "could not be closed");
    }
  }
  return clean;
}
