import { Writable } from "node:stream";
import pino from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { appendNews } from "#jobs/coverage/book.ts";
import type { GapRow } from "#jobs/coverage/coverage-row.ts";
import { systemAlerts } from "#jobs/system-alerts/system-alerts.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

const MS = 90_000;
let ground: Ground;
/** The time by the jobs' clock. */
let nowMs = 0;
let beganMs = 0;
const warned: Record<string, unknown>[] = [];
let jobs: ReturnType<typeof systemAlerts>;
let metrics: ReturnType<typeof createMetrics>;
beforeEach(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  beganMs = Date.now();
  warned.length = 0;
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      warned.push(JSON.parse(String(chunk)));
      done();
    },
  });
  metrics = createMetrics({ defaults: false });
  const receivers = ["ops", "aside", "board"].map(
    (id) =>
      [
        id,
        {
          version: 1,
          offset: 0n,
          value: ReceiverSetting.parse({ id, type: "slack", url_secret: "s", is_default: id !== "aside" }),
        },
      ] as const,
  );
  jobs = systemAlerts(
    {
      ...{ kafka: ground.kafka, clickhouse: ground.clickhouse, recordsTopic: ground.topics.records },
      settings: { state: () => ({ ...ground.settings.state(), receivers: new Map(receivers) }) },
      log: pino({ level: "warn" }, sink),
      clock: () => new Date(nowMs),
    },
    metrics,
  );
  return () => ground.close();
});

/** One round of a kind's job, so many minutes after the begin. */
async function round(kind: string, minute: number): Promise<void> {
  nowMs = beganMs + minute * 60_000;
  const job = jobs.find(({ name }) => name === `alert_${kind}`);
  if (job === undefined) throw new Error(`there is no job for ${kind}`);
  await job.run(AbortSignal.timeout(30_000));
}
const Listed = z.object({
  ...{ kind: z.string(), state: z.string(), episode: z.int() },
  ...{ labels: z.record(z.string(), z.string()), details: z.record(z.string(), z.string()) },
  receivers: z.array(z.string()),
});
const alerts = () =>
  ground.clickhouse.query({
    name: "alerts",
    sql: "SELECT kind, toString(state) AS state, episode, labels, details, receivers FROM alerts_v1 FINAL ORDER BY kind, episode",
    row: Listed,
  });
async function ingested(records: number): Promise<void> {
  const ingest = await ingestOn(ground);
  await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(records);
  await ingest.close();
}
const send = (values: readonly string[]) => ground.send("app", "canonical", values);
const good = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => canonicalEvent(`${prefix}-${n}`));

describe("too many rejects of a source", () => {
  test(
    "are an alert to the default receivers once they last, and over when the window has passed",
    async () => {
      await send([...good("a", 5), ...Array(20).fill("{ no JSON")]);
      await ingested(25);
      await round("reject_share", 0);
      expect(await alerts()).toEqual([]);
      await round("reject_share", 2);
      await round("reject_share", 3);
      const fired = {
        ...{ kind: "reject_share", state: "firing", episode: 1, labels: { source: "app" } },
        ...{ details: { reason: "not_json" }, receivers: ["board", "ops"] },
      };
      expect(await alerts()).toEqual([fired]);
      expect(warned).toMatchObject([{ source: "app", msg: "too many records of a source are rejected" }]);
      expect((await metrics.render()).text).toContain(
        'spendtrail_system_alerts_firing{kind="reject_share"} 1',
      );
      await round("reject_share", 16);
      expect(await alerts()).toEqual([fired]);
      for (const minute of [17, 18]) await round("reject_share", minute);
      expect(await alerts()).toEqual([{ ...fired, state: "resolved" }]);
      expect((await metrics.render()).text).toContain(
        'spendtrail_system_alerts_firing{kind="reject_share"} 0',
      );
      expect(warned).toHaveLength(1);
    },
    MS,
  );

  test(
    "are none where they are few among many, or few at all",
    async () => {
      await send([...good("a", 10), ...Array(19).fill("{ no JSON")]);
      await ingested(29);
      for (const minute of [0, 2, 3]) await round("reject_share", minute);
      expect(await alerts()).toEqual([]);
    },
    MS,
  );
});

describe("records that are not counted", () => {
  test(
    "are an alert after some minutes, and over once they are",
    async () => {
      await round("stale_ingest", 0);
      await send(good("a", 3));
      for (const minute of [1, 2, 3]) await round("stale_ingest", minute);
      expect(await alerts()).toEqual([]);
      for (const minute of [4, 5]) await round("stale_ingest", minute);
      const labels = { topic: ground.topics.records };
      expect(await alerts()).toMatchObject([{ kind: "stale_ingest", state: "firing", labels }]);
      await ingested(3);
      await round("stale_ingest", 6);
      expect(await alerts()).toMatchObject([{ state: "firing" }]);
      await round("stale_ingest", 8);
      expect(await alerts()).toMatchObject([{ state: "resolved", episode: 1 }]);
    },
    MS,
  );
});

describe("what is missing", () => {
  const gap = (verdict: string): GapRow => ({
    ...{ topic: ground.topics.records, partition: 0, lifeMs: 0, from: 3n, to: 5n, verdict, detail: "" },
    ...{ afterMs: Date.parse("2026-11-20T10:00:00Z"), beforeMs: Date.parse("2026-11-20T10:01:00Z") },
  });
  const book = (verdict: string, minute: number) =>
    appendNews(
      ground.clickhouse,
      { partitions: [], producers: [], sequenceGaps: [], gaps: [gap(verdict)] },
      new Date(Date.now() + minute * 60_000),
    );

  test("is an alert a topic, and over once it is resolved or declared", async () => {
    await book("missing", 0);
    for (const minute of [0, 1, 2]) await round("coverage_gap", minute);
    const labels = { topic: ground.topics.records };
    const details = { verdicts: "missing", where: "partition 0" };
    expect(await alerts()).toMatchObject([{ kind: "coverage_gap", state: "firing", labels, details }]);
    await book("declared", 3);
    for (const minute of [3, 5]) await round("coverage_gap", minute);
    expect(await alerts()).toMatchObject([{ state: "resolved" }]);
  });
});

describe("conflicts that are not reversed", () => {
  const list = (state: string, revision: number) =>
    ground.clickhouse.command(
      `INSERT INTO conflicts_v1 (event_id, lost_event_id, what, kind, state, found_at, changed_at, revision)
       VALUES (repeat('a', 32), repeat('a', 32), 'response', 'live_twice', '${state}', now64(3), now64(3), ${revision})`,
    );

  test("are an alert a kind of conflict once they stay, and one that is reversed in time is none", async () => {
    await list("found", 1);
    await round("conflict", 0);
    await list("reversed", 2);
    for (const minute of [1, 2, 3]) await round("conflict", minute);
    expect(await alerts()).toEqual([]);
    await list("found", 3);
    for (const minute of [4, 6]) await round("conflict", minute);
    expect(await alerts()).toMatchObject([
      {
        ...{ kind: "conflict", state: "firing", labels: { conflict: "live_twice" } },
        details: { first_event: "a".repeat(32) },
      },
    ]);
    await list("reversed", 4);
    for (const minute of [7, 9]) await round("conflict", minute);
    expect(await alerts()).toMatchObject([{ state: "resolved" }]);
  });
});
