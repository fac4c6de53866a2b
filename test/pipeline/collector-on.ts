import { randomBytes, randomUUID } from "node:crypto";
import type { CollectorDeps } from "#collector/deps.ts";
import { startCollector } from "#collector/start.ts";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { type Ground, TEST_SALT } from "#test/support/pipeline.ts";

/** A collector over a test's own topics and settings, with one key for all its sources. */
export async function collectorOn(
  ground: Ground,
  deps: Pick<CollectorDeps, "sender" | "log" | "metrics">,
  sources: readonly string[],
) {
  const { token, setting } = issueKey(randomBytes(KEY_RANDOM_BYTES), {
    label: "test",
    role: "ingest",
    sources: [...sources],
  });
  const state = () => {
    const now = ground.settings.state();
    return { ...now, keys: new Map([[setting.id, { version: 1, offset: 0n, value: setting }]]) };
  };
  const collector = await startCollector(
    {
      ...deps,
      settings: { state, caughtUp: async () => {} },
      kafkaAnswers: async () => true,
      adapters: ADAPTERS,
      personSalt: TEST_SALT,
      clock: () => new Date(),
      randomUuid: randomUUID,
    },
    {
      host: "127.0.0.1",
      port: 0,
      topic: ground.topics.records,
      bodyBytesMax: 1 << 20,
      inflatedBytesMax: 4 << 20,
    },
  );
  return {
    close: () => collector.close(),
    post: (gateway: string, body: string) =>
      fetch(`${collector.url}/v1/gateways/${gateway}?source=${gateway}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body,
      }),
  };
}
