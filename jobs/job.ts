/** Work that is done again and again, by one process at a time. */
export interface Job {
  /** In metrics and in the log: `rollups`, `conflicts`. */
  readonly name: string;
  /** From the end of one round to the begin of the next; asked after each round, so it may follow what that took. */
  readonly everyMs: number;
  /**
   * One round. It may be broken off between any two steps (`signal`: no longer the leader, or closing) and done again
   * by another process, which may overlap with the last steps of this one: whatever it writes must bear repeating.
   */
  run(signal: AbortSignal): Promise<void>;
}
