import { afterAll, beforeAll, expect, test } from "vitest";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import {
  backUp,
  count,
  emptyTarget,
  folderStore,
  loadedGround,
  newFolder,
  picture,
} from "#test/backup/backup-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, silent } from "#test/support/pipeline.ts";

let ground: Ground;
const store = folderStore(newFolder());
beforeAll(async () => {
  ground = await loadedGround();
}, 60_000);
afterAll(() => ground.close());

async function messages(topic: string) {
  const found: string[] = [];
  const reader = await readTopic(ground.kafka, {
    topic,
    log: silent,
    onRecord: ({ offset, appendTimeMs, key, value }) => {
      found.push(`${offset} ${appendTimeMs} ${key} ${value}`);
    },
  });
  await reader.stop();
  return found;
}

test("a back-up brought into empty servers gives the same rows, sums, roots and settings, and new records count once", async () => {
  const { written } = await backUp(ground, store);
  expect(written.map(({ hour }) => hour?.hour ?? "topics")).toEqual([
    ...["topics", "2026-11-20T10", "2026-11-20T11", "2026-11-20T13"],
  ]);
  const again = await backUp(ground, store);
  expect(again.written).toEqual([]);

  const target = await emptyTarget(ground, store);
  const report = await target.restore();
  expect(report).toMatchObject({ hours: 3, records: 129 });
  expect(report.roots).toBe(await count(ground.clickhouse, "batches_v1"));
  const before = await picture(ground.clickhouse);
  expect(await picture(target.clickhouse)).toEqual(before);
  expect(before.costs.length).toBeGreaterThan(3);

  // Offsets and times of the settings are what they were; the topic takes the broker's time again.
  expect(await messages(target.topics.settings)).toEqual(await messages(ground.topics.settings));
  expect((await messages(target.topics.batches)).length).toBe((await messages(ground.topics.batches)).length);
  const settings = await followSettings({ kafka: ground.kafka, topic: target.topics.settings, log: silent });
  expect(settings.state()).toEqual(ground.settings.state());
  await expect(target.restore()).rejects.toMatchObject({ code: "RESTORE_TARGET_NOT_EMPTY" });

  // The records topic is the old one: the ingester goes on behind what was restored.
  expect(report.goes_on.length).toBeGreaterThan(0);
  const restored = { ...ground, ...target, database: target.database, settings } as Ground;
  await ground.send("app", "canonical", [canonicalEvent("after-the-restore")]);
  const ingest = await ingestOn(restored);
  await expect.poll(() => count(target.clickhouse, "records_v1"), { timeout: 20_000 }).toBe(130);
  await expect
    .poll(() => count(target.clickhouse, "settings_changes_v1"), { timeout: 20_000 })
    .toBe(await count(ground.clickhouse, "settings_changes_v1"));
  await ingest.close();
  await settings.stop();
  await target.clickhouse.close();
}, 90_000);
