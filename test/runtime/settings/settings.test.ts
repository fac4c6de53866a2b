import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { SettingsChange } from "#core/settings/change.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { planSources } from "#core/sources-import.ts";
import { createKafka } from "#runtime/kafka/client.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { KafkaConfig, Producer } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { applyPlan, changeSettings } from "#runtime/settings/change-settings.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";
import { priceChange, sourceChange } from "#test/core/settings/changes.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";

const log = createLog("test", "silent");
const topic = uniqueName("settings");
let kafka: KafkaConfig;
let producer: Producer;
/** Two programs, each with a fold of its own. */
let mine: SettingsLog;
let theirs: SettingsLog;

const change = (value: object): SettingsChange => SettingsChange.parse({ ...value, change_id: randomUUID() });
const source = (name: string, fields: object = {}) =>
  SourceSetting.parse({ name, gateway: "litellm", ...fields });

async function createTopic(name: string): Promise<void> {
  const admin = createKafka(kafka, log).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: name, numPartitions: 1, replicationFactor: 1 }],
    waitForLeaders: true,
  });
  await admin.disconnect();
}

beforeAll(async () => {
  const servers = await sharedServers();
  kafka = { brokers: servers.brokers, clientId: "test" };
  await createTopic(topic);
  producer = await createProducer(kafka, log);
  [mine, theirs] = await Promise.all([
    followSettings({ kafka, topic, log }),
    followSettings({ kafka, topic, log }),
  ]);
});
afterAll(async () => {
  await Promise.all([mine?.stop(), theirs?.stop(), producer?.close()]);
});

describe("the settings topic", () => {
  test("a change is answered with its outcome, and is there when the answer comes", async () => {
    const outcome = await changeSettings(producer, mine, change(sourceChange("answered", 0)));
    expect(outcome).toMatchObject({ outcome: "applied", version: 1 });
    expect(mine.state().sources.get("answered")?.version).toBe(1);
    const stale = await changeSettings(producer, mine, change(sourceChange("answered", 0)));
    expect(stale).toMatchObject({ outcome: "conflict", version: 1 });
    const broken = await changeSettings(
      producer,
      mine,
      change(sourceChange("answered", 1, { gateway: "kong" })),
    );
    expect(broken).toMatchObject({ outcome: "invalid" });
    expect(broken.outcome === "invalid" ? broken.detail : "").toContain("take another name");
  });

  test("of two programs that change one version at once, exactly one is applied, and both get an answer", async () => {
    const other = await createProducer(kafka, log);
    for (let round = 0; round < 5; round++) {
      const outcomes = await Promise.all([
        changeSettings(producer, mine, change(sourceChange("fought-over", round, { platform: "mine" }))),
        changeSettings(other, theirs, change(sourceChange("fought-over", round, { platform: "theirs" }))),
      ]);
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["applied", "conflict"]);
      const winner = outcomes[0]?.outcome === "applied" ? "mine" : "theirs";
      const end = outcomes.map(({ offset }) => offset).reduce((a, b) => (a > b ? a : b));
      await Promise.all([mine, theirs].map((each) => each.waitFor(end, AbortSignal.timeout(5_000))));
      for (const each of [mine, theirs])
        expect(each.state().sources.get("fought-over")).toMatchObject({
          version: round + 1,
          value: { platform: winner },
        });
    }
    await other.close();
  });

  test("a change by another program is followed within a second", async () => {
    const outcome = await changeSettings(producer, mine, change(sourceChange("followed", 0)));
    await theirs.waitFor(outcome.offset, AbortSignal.timeout(1_000));
    expect(theirs.state().sources.has("followed")).toBe(true);
  });

  test("the same change sent again is answered with what became of the first", async () => {
    const once = change(sourceChange("sent-twice", 0));
    const first = await changeSettings(producer, mine, once);
    const again = await changeSettings(producer, mine, once);
    expect(again).toEqual(first);
    expect(mine.state().sources.get("sent-twice")?.version).toBe(1);
  });

  test("a state of the past can be had again", async () => {
    const before = mine.state();
    const { offset } = await changeSettings(producer, mine, change(sourceChange("later", 0)));
    expect(mine.at(before.offset)).toEqual(before);
    expect(mine.at(offset).sources.has("later")).toBe(true);
    expect(mine.at(-1n).sources.size).toBe(0);
    expect(() => mine.at(offset + 1000n)).toThrow("lies ahead");
  });

  test("what is no change stops nobody, and a wait that is given up says so", async () => {
    await producer.send(topic, [{ key: null, value: Buffer.from("rubbish"), partition: 0 }]);
    const { outcome } = await changeSettings(producer, mine, change(sourceChange("after-rubbish", 0)));
    expect(outcome).toBe("applied");
    const never = mine.state().offset + 1_000n;
    await expect(mine.waitFor(never, AbortSignal.timeout(20))).rejects.toThrow("not followed up to offset");
  });

  test("a plan is applied line by line: one that was overtaken is refused, the others stand", async () => {
    await changeSettings(producer, mine, change(sourceChange("planned-a", 0)));
    const wanted = [source("planned-a", { platform: "bedrock" }), source("planned-b")];
    const plan = planSources(mine.state(), wanted);
    await changeSettings(producer, mine, change(sourceChange("planned-a", 1, { platform: "vertex" })));
    const outcomes = await applyPlan(producer, mine, plan, { actor: "test", reason: "import" });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["conflict", "applied"]);
    const again = await applyPlan(producer, mine, planSources(mine.state(), wanted), {
      actor: "test",
      reason: "import",
    });
    expect(again.map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(planSources(mine.state(), wanted).changes).toEqual([]);
  });
});

test("a listener hears of each fold with what is new", async () => {
  const heard = vi.fn();
  const end = mine.onChange(heard);
  const { offset } = await changeSettings(producer, mine, change(sourceChange("heard", 0)));
  end();
  await changeSettings(producer, mine, change(sourceChange("unheard", 0)));
  expect(heard).toHaveBeenCalledTimes(1);
  expect(heard.mock.calls[0]?.[1]).toMatchObject([{ offset, outcome: "applied" }]);
});

test("a program that starts reads 10,000 settings in seconds, most of it joining the topic", async () => {
  const large = uniqueName("settings_large");
  await createTopic(large);
  const follower = await followSettings({ kafka, topic: large, log });
  const changes = Array.from({ length: 10_000 }, (_, index) => change(priceChange(`p${index}`, 0)));
  const values = changes.map((one) => ({ key: null, value: Buffer.from(JSON.stringify(one)), partition: 0 }));
  await producer.send(large, values);
  await follower.waitFor(9_999n, AbortSignal.timeout(20_000));
  const begun = performance.now();
  const fresh = await followSettings({ kafka, topic: large, log });
  const tookMs = performance.now() - begun;
  expect(fresh.state().prices.size).toBe(10_000);
  expect(fresh.state()).toEqual(follower.state());
  console.log(`10,000 settings read in ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(8_000);
  await Promise.all([fresh.stop(), follower.stop()]);
});

test("a topic whose beginning is gone is refused: its settings cannot be known", async () => {
  const cut = uniqueName("settings_cut");
  await createTopic(cut);
  const values = [0, 1, 2].map((index) => Buffer.from(JSON.stringify(change(sourceChange(`s${index}`, 0)))));
  await producer.send(
    cut,
    values.map((value) => ({ key: null, value, partition: 0 })),
  );
  const admin = createKafka(kafka, log).admin();
  await admin.connect();
  // kafkajs deletes only in topics whose leaders it has looked up before.
  await admin.fetchTopicOffsets(cut);
  for (const offset of ["1", "3"]) {
    await admin.deleteTopicRecords({ topic: cut, partitions: [{ partition: 0, offset }] });
    await expect(followSettings({ kafka, topic: cut, log })).rejects.toMatchObject({
      code: "SETTINGS_TRUNCATED",
      params: { offset: BigInt(offset) },
    });
  }
  await admin.disconnect();
});
