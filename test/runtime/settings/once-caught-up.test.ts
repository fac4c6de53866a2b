import { randomBytes, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { isUnknown, verifyKey } from "#core/settings/verify-key.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { onceCaughtUp } from "#runtime/settings/once-caught-up.ts";
import { makeGround, silent } from "#test/support/pipeline.ts";

test("a key that another program has just made is in force here at once", async () => {
  const ground = await makeGround({ prices: false });
  // The program that makes the keys follows the topic by itself; this is the collector's own following.
  const settings = await followSettings({ kafka: ground.kafka, topic: ground.topics.settings, log: silent });
  for (let round = 0; round < 20; round++) {
    const fields = { label: "new", role: "finance" as const };
    const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), fields);
    const outcome = await changeSettings(ground.producer, ground.settings, {
      kind: "key",
      change_id: randomUUID(),
      id: setting.id,
      expected_version: 0,
      value: setting,
      actor: "test",
      reason: "test",
    });
    expect(outcome.outcome).toBe("applied");
    const look = () => verifyKey(settings.state(), token, Date.now());
    expect(await onceCaughtUp(settings, look, (found) => !isUnknown(found))).toMatchObject({ ok: true });
  }
  await settings.stop();
  await ground.close();
}, 60_000);

test("one that is not there is not there, also after the wait; and nobody waits for ever", async () => {
  const isThere = (found: string | null) => found !== null;
  const caughtUp = async () => {};
  expect(await onceCaughtUp({ caughtUp }, () => null, isThere)).toBeNull();
  const never = { caughtUp: () => new Promise<void>(() => {}) };
  expect(await onceCaughtUp(never, () => null, isThere)).toBeNull();
});
