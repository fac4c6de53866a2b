import kafkajs from "kafkajs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { backupJob } from "#jobs/backup/backup-job.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import {
  backUp,
  count,
  emptyTarget,
  folderStore,
  loadedGround,
  NOW,
  newFolder,
  picture,
} from "#test/backup/backup-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, silent } from "#test/support/pipeline.ts";

const WAIT = { timeout: 20_000, interval: 100 };
let ground: Ground;
beforeAll(async () => {
  ground = await loadedGround();
}, 60_000);
afterAll(() => ground.close());

/** One more record, written as if it were that time. */
async function writeAt(time: string, id: string): Promise<void> {
  const wanted = (await count(ground.clickhouse, "records_v1")) + 1;
  const started = performance.now();
  const clock = () => new Date(Date.parse(time) + performance.now() - started);
  const ingest = await ingestOn(ground, { clock });
  await ground.send("app", "canonical", [canonicalEvent(id)]);
  await vi.waitFor(async () => expect(await count(ground.clickhouse, "records_v1")).toBe(wanted), WAIT);
  await ingest.close();
}

test("a batch that comes late makes a second manifest of its hour; a lost row closes none; a new topic starts anew", async () => {
  const store = folderStore(newFolder());
  const target = await emptyTarget(ground, store);
  const job = backupJob({
    ...{ clickhouse: ground.clickhouse, kafka: ground.kafka, topics: ground.topics, store, log: silent },
    clock: () => NOW,
  });
  await job.run(new AbortController().signal);
  await writeAt("2026-11-20T10:40:00Z", "late");
  await job.run(new AbortController().signal);
  const { chain } = await backUp(ground, store);
  const late = chain.filter(({ manifest }) => manifest.hour?.hour === "2026-11-20T10");
  expect(late.map(({ manifest }) => manifest.hour?.records)).toEqual([43, 1]);

  // An open hour is left alone, and one of which a row is gone is refused.
  await writeAt("2026-11-21T08:10:00Z", "lost");
  expect(
    (await backUp(ground, folderStore(newFolder()), new Date("2026-11-21T09:04:00Z"))).written.at(-1)?.hour
      ?.hour,
  ).toBe("2026-11-20T13");
  await ground.clickhouse.command(
    "ALTER TABLE records_v1 DELETE WHERE ingested_at >= '2026-11-21 08:00:00' SETTINGS mutations_sync = 2",
  );
  await expect(backUp(ground, store)).rejects.toMatchObject({ code: "BACKUP_ROWS_MISSING" });

  const report = await target.restore();
  expect(report).toMatchObject({ hours: 3, records: 130 });
  const restored = await picture(target.clickhouse);
  expect(restored.records).toEqual((await picture(ground.clickhouse)).records);

  // The topic of records made anew: its offsets are those of restored positions, and its records new ones.
  await remake(ground.topics.records);
  const settings = await followSettings({ kafka: ground.kafka, topic: target.topics.settings, log: silent });
  const onNew = { ...ground, ...target, database: `${target.database}-new`, settings } as Ground;
  const ingest = await ingestOn(onNew);
  await ground.send(
    "app",
    "canonical",
    ["1", "2", "3"].map((id) => canonicalEvent(`new-${id}`)),
  );
  await vi.waitFor(async () => expect(await count(target.clickhouse, "records_v1")).toBe(133), WAIT);
  await ingest.close();
  await settings.stop();
  await target.clickhouse.close();
}, 120_000);

async function remake(topic: string): Promise<void> {
  const admin = new kafkajs.Kafka({ ...ground.kafka, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await vi.waitFor(async () => expect(await admin.listTopics()).not.toContain(topic), WAIT);
  await admin.disconnect();
  const specs = ourTopics(ground.topics, 2, 1).filter((spec) => spec.topic === topic);
  await inspectTopics(ground.kafka, specs, { create: true, replicationFactor: 1, log: silent });
}
