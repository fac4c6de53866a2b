import { failure } from "#core/failure.ts";

/** How many reads one key may have running at once, so that one script cannot starve the others. */
export const QUERIES_MAX = 8;

export interface QuerySlots {
  /** Runs `work` in one of the key's slots. @throws failure QUERIES_TOO_MANY */
  run<Value>(keyId: string, work: () => Promise<Value>): Promise<Value>;
}

/** Counts running reads by key, in this process. */
export function createQuerySlots(queriesMax = QUERIES_MAX): QuerySlots {
  const running = new Map<string, number>();
  return {
    run: async (keyId, work) => {
      const before = running.get(keyId) ?? 0;
      if (before >= queriesMax) throw failure("QUERIES_TOO_MANY", { queriesMax });
      running.set(keyId, before + 1);
      try {
        return await work();
      } finally {
        const left = (running.get(keyId) ?? 1) - 1;
        if (left === 0) running.delete(keyId);
        else running.set(keyId, left);
      }
    },
  };
}
