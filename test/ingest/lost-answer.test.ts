import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "#core/failure.ts";
import { createMeasures } from "#ingest/measures.ts";
import type { Insert } from "#runtime/clickhouse/connect.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  // A store that has forgotten a token by the time of the next try, as after too many inserts of others.
  for (const table of ["events_v1", "records_v1", "batches_v1"])
    await ground.clickhouse.command(
      `ALTER TABLE ${table} MODIFY SETTING non_replicated_deduplication_window = 0`,
    );
});
afterAll(() => ground.close());

test("an insert whose answer is lost is not repeated when its rows are there, though the store forgot the token", async () => {
  const lost = new Map<string, number>();
  const insert = async (given: Insert) => {
    await ground.clickhouse.insert(given);
    const before = lost.get(given.table) ?? 0;
    if (!["events_v1", "records_v1", "batches_v1"].includes(given.table)) return;
    lost.set(given.table, before + 1);
    if (before === 0)
      throw failure("CLICKHOUSE_OUTCOME_UNKNOWN", { query: given.table, reason: "ECONNRESET" });
  };
  const metrics = createMetrics({ defaults: false });
  // One of them twice in the batch, two of other months: three inserts of events.
  const events = Array.from({ length: 40 }, (_, at) => canonicalEvent(`lost-${at}`));
  const older = ["2026-09-30T23:59:59.000Z", "2026-10-01T00:00:00.000Z"].map((started_at) =>
    canonicalEvent(`lost-${started_at}`, { started_at }),
  );
  await ground.send("app", "canonical", [...events, events[0] ?? "", ...older]);
  const clickhouse = { ...ground.clickhouse, insert };
  const ingest = await ingestOn(ground, { clickhouse, measures: createMeasures(metrics) });
  await expect.poll(() => sums(ground).then(({ batch_rows }) => batch_rows), { timeout: 30_000 }).toBe(1);
  await ingest.close();
  expect(await sums(ground)).toMatchObject({ calls: 42, event_rows: 42, record_rows: 43, positions: 43 });
  expect([...lost]).toEqual([
    ["events_v1", 3],
    ["records_v1", 1],
    ["batches_v1", 1],
  ]);
  const { text } = await metrics.render();
  // Each new try looks at what the one before had written.
  for (const table of ["events_v1", "records_v1", "batches_v1"])
    expect(text).toMatch(new RegExp(`inserts_found_total\\{table="${table}"\\} [1-9]`));
}, 60_000);
