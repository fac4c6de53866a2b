import { afterEach, beforeEach, expect, test } from "vitest";
import { MappingProfile } from "#core/mapping/profile.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { IngestGuards } from "#ingest/guards.ts";
import { gatewayTopic } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
let ingest: Awaited<ReturnType<typeof ingestOn>> | null = null;
beforeEach(async () => {
  ground = await makeGround({ partitions: 1 });
});
afterEach(async () => {
  await stop();
  await ground.close();
});

async function stop(): Promise<void> {
  await ingest?.close();
  ingest = null;
}
const start = async (guards: Partial<IngestGuards>) => {
  ingest = await ingestOn(ground, { adapters: ADAPTERS, guards });
};
const canonical = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => canonicalEvent(`${name}-${at}`));
const litellm = (count: number) =>
  Array.from({ length: count }, (_, at) => JSON.stringify(litellmRecord({ id: `call-${at}` })));
const state = () =>
  sums(ground).then(({ record_rows, rejected, calls }) => ({ record_rows, rejected, calls }));
const reasons = () => (ingest?.notReady() ?? []).join();

/** A gateway of somebody's own, whose calls are known by a field of this name. */
const source = (topic: string, key: string, version: number) => ({
  name: "gw",
  gateway: "profile",
  topic,
  profile: MappingProfile.parse({
    name: "house",
    version,
    about: "Test.",
    map: { identity: [key], model: "model", times: { start: { path: "at" } } },
    variants: [{ name: "call", when: [{ path: key, exists: true }] }],
  }),
});
const house = (key: string, count: number) =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({ [key]: `${key}-${at}`, model: "claude-opus-5", at: "2026-11-20T10:00:00Z" }),
  );

test("a source whose records are suddenly rejected waits, nothing of it written, and goes on when its settings are mended", async () => {
  const topic = `${ground.database}.own`;
  await inspectTopics(ground.kafka, [gatewayTopic(topic, 1)], {
    create: true,
    replicationFactor: 1,
    log: silent,
  });
  const send = (values: readonly string[]) =>
    ground.producer.send(
      topic,
      values.map((value) => ({ key: null, value: Buffer.from(value) })),
    );
  await ground.setSources([source(topic, "id", 1)]);
  await send(house("id", 150));
  await start({ breakerHoldMs: 0 });
  const before = { record_rows: 150, rejected: 0, calls: 150 };
  await expect.poll(state, { timeout: 20_000 }).toEqual(before);

  await send(house("rid", 120));
  await expect
    .poll(reasons, { timeout: 20_000 })
    .toMatch(/120 of the last 200 records of source gw would be rejected .* after 0 of 150/);
  expect(await state()).toEqual(before);
  // A new start alone mends nothing, and forgets nothing: the store knows what the day before was like.
  await stop();
  await start({ breakerHoldMs: 0 });
  await expect.poll(reasons, { timeout: 20_000 }).toMatch(/120 of the last 120 records of source gw/);
  expect(await state()).toEqual(before);

  await ground.setSources([source(topic, "rid", 2)]);
  await expect.poll(state, { timeout: 20_000 }).toEqual({ record_rows: 270, rejected: 0, calls: 270 });
  await expect.poll(reasons, { timeout: 20_000 }).toBe("");
}, 90_000);

test("on a topic that it shares a source holds the others up for a while only; its records are rejects then", async () => {
  await ground.setSources([
    { name: "bad", gateway: "canonical" },
    { name: "fine", gateway: "canonical" },
  ]);
  await ground.send("bad", "canonical", canonical("before", 120));
  await start({ breakerHoldMs: 6_000 });
  await expect.poll(state, { timeout: 20_000 }).toEqual({ record_rows: 120, rejected: 0, calls: 120 });
  await ground.send("bad", "canonical", litellm(400));
  await ground.send("fine", "canonical", canonical("fine", 5));
  await expect.poll(reasons, { timeout: 20_000 }).toContain("after 6 s these records are rejected and kept");
  expect(await state()).toEqual({ record_rows: 120, rejected: 0, calls: 120 });
  await expect.poll(state, { timeout: 20_000 }).toEqual({ record_rows: 525, rejected: 400, calls: 125 });
  // The rows are seen before the commit that ends the wait.
  await expect.poll(reasons, { timeout: 20_000 }).toBe("");
}, 60_000);

test("a source of which nothing was ever accepted has not jumped, and one turned off by 100 % never does", async () => {
  await ground.setSources([{ name: "new", gateway: "canonical" }]);
  await ground.send("new", "canonical", litellm(150));
  await start({});
  await expect.poll(state, { timeout: 20_000 }).toEqual({ record_rows: 150, rejected: 150, calls: 0 });
  await stop();
  await ground.setSources([{ name: "old", gateway: "canonical" }]);
  await ground.send("old", "canonical", canonical("old", 150));
  await start({ breakerRejectPercent: 100 });
  await expect.poll(state, { timeout: 20_000 }).toEqual({ record_rows: 300, rejected: 150, calls: 150 });
  await ground.send("old", "canonical", litellm(300));
  await expect.poll(state, { timeout: 20_000 }).toEqual({ record_rows: 600, rejected: 450, calls: 150 });
}, 60_000);
