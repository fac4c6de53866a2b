/** What must not outlive this program, however it ends: servers, programs, folders. */
const endings = new Set<() => Promise<unknown> | unknown>();

/** Keeps an act for the case that somebody ends the run; gives back how to forget it. */
export function onEnd(act: () => Promise<unknown> | unknown): () => void {
  endings.add(act);
  return () => void endings.delete(act);
}

/** Stops what runs when a person or a supervisor ends the run. */
export function endOnSignal(): void {
  const end = async () => {
    await Promise.allSettled([...endings].reverse().map((act) => act()));
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void end());
}
