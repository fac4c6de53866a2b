import { failure } from "#core/failure.ts";

/** The bytes that one request holds. */
export interface ByteLease {
  /** @throws failure COLLECTOR_BUSY when all requests together would hold too much */
  take(bytes: number): void;
  release(): void;
}

/**
 * Bounds what all requests together hold of bodies, whatever each may hold by itself: a hundred senders with
 * bodies just under the limit must not end the process.
 */
export function createByteBudget(bytesMax: number): { lease(): ByteLease; held(): number } {
  let held = 0;
  return {
    held: () => held,
    lease: () => {
      let mine = 0;
      let isOver = false;
      return {
        take: (bytes) => {
          // Bytes that still arrive for a request that was answered would never be given back.
          if (isOver) throw failure("REQUEST_TOO_SLOW");
          if (held + bytes > bytesMax) throw failure("COLLECTOR_BUSY");
          held += bytes;
          mine += bytes;
        },
        release: () => {
          isOver = true;
          held -= mine;
          mine = 0;
        },
      };
    },
  };
}
