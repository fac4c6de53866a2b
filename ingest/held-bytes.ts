/** What one partition holds of the memory that all partitions of an ingester share. */
export interface Holding {
  /** What it holds now. `needsMore`: it can give nothing back before it has fetched more (an unfinished batch). */
  set(bytes: number, needsMore: boolean): void;
  /** Whether it may fetch more. */
  hasRoom(): boolean;
  leave(): void;
}

export interface HeldBytes {
  /** @param changed called when there may be room again, or none any more */
  join(changed: () => void): Holding;
  total(): number;
}

/**
 * Bounds the bytes that are fetched and not written, over all partitions: their number must not decide how much memory
 * an ingester needs. Whoever is over the bound writes what it holds and fetches nothing; of those that need more before
 * they can write anything, one at a time goes on, so that they cannot wait for each other.
 */
export function createHeldBytes(bytesMax: number): HeldBytes {
  const holders = new Map<Holding, { bytes: number; needsMore: boolean; readonly changed: () => void }>();
  let total = 0;
  let wasFull = false;
  let wasFirst: Holding | undefined;
  const firstInNeed = () => [...holders].find(([, held]) => held.needsMore)?.[0];
  let isTelling = false;
  const tell = () => {
    if (isTelling) return;
    isTelling = true;
    // Later, and once for all that changes now: who is told changes what it holds, too.
    queueMicrotask(() => {
      isTelling = false;
      compare();
    });
  };
  const compare = () => {
    const isFull = total >= bytesMax;
    const first = firstInNeed();
    if (isFull === wasFull && first === wasFirst) return;
    wasFull = isFull;
    wasFirst = first;
    for (const { changed } of [...holders.values()]) changed();
  };
  return {
    total: () => total,
    join: (changed) => {
      const held = { bytes: 0, needsMore: false, changed };
      const holding: Holding = {
        set: (bytes, needsMore) => {
          if (!holders.has(holding)) return;
          total += bytes - held.bytes;
          held.bytes = bytes;
          held.needsMore = needsMore;
          tell();
        },
        hasRoom: () => total < bytesMax || (held.needsMore && firstInNeed() === holding),
        leave: () => {
          if (!holders.delete(holding)) return;
          total -= held.bytes;
          tell();
        },
      };
      holders.set(holding, held);
      return holding;
    },
  };
}
