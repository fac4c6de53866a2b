import { expect, test } from "vitest";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import { makeCollector, makeKey, makeSettings } from "#test/collector/support.ts";

test("a key that the fold has not reached yet is waited for, and refused only when it has caught up without it", async () => {
  const known = makeKey();
  const unknown = makeKey();
  let state: SettingsState = { ...NO_SETTINGS, offset: 0n };
  const caughtUp = async () => {
    state = makeSettings([known.setting]);
  };
  const collector = await makeCollector({ deps: { settings: { state: () => state, caughtUp } } });
  const post = (token: string) =>
    collector.post("/v1/gateways/litellm", '{"id":"1"}', { authorization: `Bearer ${token}` });
  expect((await post(known.token)).status).toBe(202);
  expect((await post(unknown.token)).status).toBe(401);
});
