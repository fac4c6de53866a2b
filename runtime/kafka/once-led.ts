import { setTimeout as pause } from "node:timers/promises";
import { protocolError } from "#runtime/kafka/faults.ts";

/** What a broker answers while a partition gets its leader: just after the topic was made, or while brokers change. */
const LEADERLESS = new Set(["NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE", "REPLICA_NOT_AVAILABLE"]);
const LEADER_BOUND_MS = 15_000;
const LEADER_LOOK_MS = 100;

/** Asks again while the partition has no leader yet; anything else, or no leader in time, is the caller's to tell. */
export async function onceLed<Value>(act: () => Promise<Value>): Promise<Value> {
  const deadline = AbortSignal.timeout(LEADER_BOUND_MS);
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (deadline.aborted || !LEADERLESS.has(protocolError(error) ?? "")) throw error;
      await pause(LEADER_LOOK_MS);
    }
  }
}
