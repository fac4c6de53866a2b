import { inject } from "vitest";

export interface SharedServers {
  readonly brokers: string[];
  readonly clickHouseUrl: string;
  /** Where they keep their data: a test may spoil what is its own. */
  readonly dataDir: string;
}

/**
 * The run's real Kafka and real ClickHouse; the first caller starts them (2 to 10 s). Name your topics, groups and
 * database with `uniqueName()`: other files run on the same servers at the same time. The users and passwords are
 * in `test-users.ts`.
 */
export async function sharedServers(): Promise<SharedServers> {
  const response = await fetch(inject("serversUrl"), { signal: AbortSignal.timeout(110_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`the test servers did not start: ${text}`);
  return JSON.parse(text) as SharedServers;
}

let counter = 0;
/** A name that no other test of this or another run has: letters, digits and '_' only. */
export function uniqueName(prefix: string): string {
  counter += 1;
  return `${prefix}_${process.pid}_${Date.now().toString(36)}_${counter}`;
}
