import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { z } from "zod";
import { type RestoreDeps, runRestore } from "#cli/restore/run-restore.ts";
import { folderStore } from "#jobs/backup/folder-store.ts";
import { runBackup } from "#jobs/backup/run-backup.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/** Long after the planted hours. */
export const NOW = new Date("2026-11-21T12:00:00Z");

/** Records of two teams and two models, rejects and repeats, written in three hours by a planted clock. */
export async function loadedGround(): Promise<Ground> {
  const ground = await makeGround();
  await ground.setSources([{ name: "app", gateway: "canonical", role: "ledger" }]);
  let at = "2026-11-20T10:20:00Z";
  // It must go on: batches are cut by age.
  let started = performance.now();
  const ingest = await ingestOn(ground, {
    clock: () => new Date(Date.parse(at) + performance.now() - started),
  });
  let wanted = 0;
  for (const [hour, time] of [
    "2026-11-20T10:20:00Z",
    "2026-11-20T11:20:00Z",
    "2026-11-20T13:00:00Z",
  ].entries()) {
    at = time;
    started = performance.now();
    const events = Array.from({ length: 40 }, (_, index) =>
      canonicalEvent(`${hour}-${index}`, {
        team: index % 3 === 0 ? "search" : "ads",
        model: index % 5 === 0 ? "claude-nobody-1" : "claude-opus-5",
        started_at: index % 7 === 0 ? "2026-10-31T23:59:00.000Z" : "2026-11-20T10:00:00.000Z",
        meters: { input_tokens: 1000 + index * 37, output_tokens: 11 * index },
      }),
    );
    await ground.send("app", "canonical", [...events, "{ not json", canonicalEvent("0-1"), "[]ü\u0000"]);
    wanted += events.length + 3;
    const all = wanted;
    await vi.waitFor(async () => expect(await count(ground.clickhouse, "records_v1")).toBe(all), WAIT);
  }
  await vi.waitFor(
    async () => expect(await count(ground.clickhouse, "settings_changes_v1")).toBeGreaterThan(0),
    WAIT,
  );
  await ingest.close();
  return ground;
}

const WAIT = { timeout: 20_000, interval: 100 };

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "spendtrail-backup-"));
}

export function backUp(ground: Ground, store: BackupStore, now = NOW) {
  return runBackup({
    ...{ clickhouse: ground.clickhouse, kafka: ground.kafka, topics: ground.topics, store, log: silent },
    clock: () => now,
    signal: new AbortController().signal,
  });
}

/** A database and topics that are not there yet; the records topic is the ground's. */
export async function emptyTarget(ground: Ground, store: BackupStore) {
  const { clickHouseUrl } = await sharedServers();
  const database = uniqueName("restored");
  const [settings, acts, batches] = ["settings", "acts", "batches"].map((name) => `${database}.${name}`);
  const topics = { ...ground.topics, settings: settings ?? "", acts: acts ?? "", batches: batches ?? "" };
  const admin = {
    url: clickHouseUrl,
    user: "admin",
    password: TEST_PASSWORD,
    database,
    requestTimeoutMs: 20_000,
  };
  const deps: RestoreDeps = {
    config: {
      kafka: ground.kafka,
      topics,
      topicPartitions: 2,
      replicationFactor: 1,
      clickhouse: { admin, database },
    },
    ingestGroup: `${database}-ingest`,
    ...{ store, log: silent, clock: () => NOW, progress: () => {} },
  };
  return { deps, topics, database, clickhouse: connectClickHouse(admin), restore: () => runRestore(deps) };
}

export async function count(clickhouse: ClickHouse, table: string): Promise<number> {
  const [row] = await clickhouse.query({
    name: "count",
    sql: `SELECT count() AS rows FROM ${table}`,
    row: z.object({ rows: z.coerce.number() }),
  });
  return row?.rows ?? 0;
}

/** Everything that counts, as text: costs by team, model and status, each row of the four tables. */
export async function picture(clickhouse: ClickHouse) {
  const all = async (sql: string) => clickhouse.query({ name: "picture", sql, row: z.looseObject({}) });
  return {
    costs:
      await all(`SELECT team, model, cost_status, sum(sign) AS calls, toString(sum(sign * cost_usd)) AS cost
                      FROM calls GROUP BY ALL ORDER BY ALL`),
    events: await all("SELECT * FROM events_v1 FINAL ORDER BY ALL"),
    records: await all(
      "SELECT * FROM records_v1 FINAL ORDER BY topic, partition, offset, append_time, element",
    ),
    batches: await all("SELECT * FROM batches_v1 FINAL ORDER BY topic, partition, first_offset"),
    people: await all("SELECT * FROM people_v1 FINAL ORDER BY ALL"),
  };
}

export { folderStore };
