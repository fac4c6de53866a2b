const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** A terminal and the launcher both pass one Ctrl-C on. */
const ECHO_MS = 500;
const FORCED_EXIT_CODE = 130;

/** Runs with a signal that aborts when the program is told to end; told a second time, it ends at once. */
export async function whenTold<Value>(act: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const told = new AbortController();
  let firstMs = 0;
  const onSignal = (): void => {
    if (told.signal.aborted && performance.now() - firstMs > ECHO_MS) process.exit(FORCED_EXIT_CODE);
    if (!told.signal.aborted) firstMs = performance.now();
    told.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await act(told.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
