import { expect } from "vitest";
import type { Trial } from "#test/real/litellm/trial.ts";

const BOUND_MS = 20_000;

/**
 * Every call that LiteLLM itself noted is there once, at LiteLLM's own cost, and nothing else is. Call ids repeat
 * where LiteLLM tried again. Inside a test only.
 */
export async function checkWholeAccount(trial: Trial): Promise<void> {
  const noted = () => trial.proxy.account().map((call) => line(call.call_id, call.cost_usd));
  const found = async () =>
    (await trial.events()).map((event) => line(event.call_id, Number(event.gateway_cost?.amount ?? 0)));
  expect(noted().length).toBeGreaterThan(0);
  const poll = { timeout: BOUND_MS, interval: 250 };
  await expect.poll(async () => (await found()).length, poll).toBeGreaterThanOrEqual(noted().length);
  expect((await found()).sort()).toEqual(noted().sort());
}

function line(callId: string | null, costUsd: number | null): string {
  return `${callId} ${(costUsd ?? 0).toFixed(12)}`;
}
