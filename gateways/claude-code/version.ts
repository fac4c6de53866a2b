/** Whether a version (`2.1.214`, with or without a suffix) is older than another; false for what is no version. */
export function isOlder(version: string | null, than: readonly [number, number, number]): boolean {
  const parts = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})/.exec(version ?? "");
  if (parts === null) return false;
  for (const [at, bound] of than.entries()) {
    const part = Number(parts[at + 1]);
    if (part !== bound) return part < bound;
  }
  return false;
}

/**
 * Until then tokens and cost of a stream with several `message_delta` frames, whose figures are cumulative, were added
 * up (Claude Code's changelog, 2.1.214).
 */
export const COUNTS_ONCE_SINCE = [2, 1, 214] as const;
