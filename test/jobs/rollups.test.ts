import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { ROLLUPS } from "#jobs/rollups/rollup.ts";
import { COST_5M, call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";

let on: RollupGround;
afterEach(() => on.close());

const NOON = "2026-11-01T12:00:01.000Z";
const OLD = "2026-03-01T00:04:59.999Z";

async function expectEqual(): Promise<void> {
  for (const rollup of ROLLUPS) {
    await on.round(rollup);
    const raw = await on.raw(rollup);
    expect(raw.length).toBeGreaterThan(0);
    expect(await on.rolledUp(rollup)).toEqual(raw);
  }
}

test("equals the calls to the last digit, unpriced stays unknown, and nothing is done when nothing is new", async () => {
  on = await rollupGround();
  await on.insert([
    call("a", NOON, { cost_usd: "79999999999999999999.999999999999" }),
    call("b", NOON, { cost_usd: "0.000000000001", cache_read_tokens: "18446744073709551615" }),
    call("c", NOON, { cache_read_tokens: "18446744073709551615" }),
    call("d", NOON, { cost_usd: null, cost_status: "unpriced", input_tokens: null }),
    call("e", NOON, { kind: "part", part_of: "a" }),
    call("f", NOON, { kind: "request" }),
    call("g", NOON, { role: "evidence" }),
    call("h", NOON, { bucket: "1970-01-01 00:00:00" }),
  ]);
  await expectEqual();
  const unpriced = (await on.rolledUp()).filter(
    (row) => (row as { cost_status: string }).cost_status === "unpriced",
  );
  expect(unpriced).toMatchObject([{ calls: "1", cost: null, input: null }]);
  expect(await on.round()).toBe(0);
});

test("repeats of an insert and of an event, a better copy, and late rows of an old bucket", async () => {
  on = await rollupGround();
  const rows = [call("a", NOON, { version: 5 }), call("b", NOON)];
  await on.insert(rows, "one");
  await expectEqual();
  await on.insert(rows, "one");
  await on.insert(rows, "cut otherwise");
  await expectEqual();
  await on.insert([
    call("a", NOON, { version: 4, cost_usd: "7" }),
    call("b", NOON, { version: 9, cost_usd: "8" }),
  ]);
  await on.insert([call("late", OLD)]);
  await expectEqual();
  expect(await on.rolledUp()).toMatchObject([
    { at: "2026-03-01 00:00:00", calls: "1" },
    { at: "2026-11-01 12:00:00", calls: "2", cost: "8.000000000001" },
  ]);
});

test("corrections that move a call to another team, model and month leave nothing behind", async () => {
  on = await rollupGround();
  await on.insert([call("a", NOON), call("b", NOON)]);
  await expectEqual();
  await on.insert([
    call("a", NOON, { epoch: 1, sign: -1 }),
    call("b", NOON, { epoch: 1, sign: -1 }),
    call("b", NOON, { epoch: 1, team: "blue", model_canonical: "claude-opus-4-1" }),
  ]);
  await on.insert([call("a", OLD, { epoch: 1, model: "claude-haiku-4-5", cost_usd: "2" })]);
  await expectEqual();
  const standing = (await on.rolledUp()).filter((row) => (row as { calls: string }).calls !== "0");
  expect(standing).toMatchObject([
    { at: "2026-03-01 00:00:00", team: "red", model: "claude-haiku-4-5", calls: "1", cost: "2" },
    { team: "blue", calls: "1", cost: "0.000000000001" },
  ]);
});

test("merges between and during rounds lose nothing, and only what is new is recomputed", async () => {
  on = await rollupGround();
  for (const minute of [10, 20, 30]) await on.insert([call(`${minute}`, `2026-11-01T12:${minute}:00.000Z`)]);
  expect(await on.round()).toBe(3);
  await on.insert([call("new", NOON), call("10", "2026-11-01T12:10:00.000Z", { version: 2, cost_usd: "3" })]);
  await on.clickhouse.command("OPTIMIZE TABLE events_v1 FINAL");
  expect(await on.round()).toBe(2);
  await expectEqual();
});

test("a month that is dropped or comes again under smaller block numbers is made anew", async () => {
  on = await rollupGround();
  for (const id of ["a", "b", "c"]) await on.insert([call(id, NOON)]);
  await on.insert([call("old", OLD)]);
  await expectEqual();
  await on.clickhouse.command("ALTER TABLE events_v1 DROP PARTITION 202603");
  await expectEqual();
  await on.clickhouse.command("TRUNCATE TABLE events_v1");
  await on.clickhouse.command("DETACH TABLE events_v1");
  await on.clickhouse.command("ATTACH TABLE events_v1");
  await on.insert([call("b", "2026-11-01T12:20:00.000Z"), call("c", NOON, { team: "blue" })]);
  await expectEqual();
});

test("says how far it reaches", async () => {
  on = await rollupGround();
  const columns = ["topic", "partition", "last_offset", "last_append_time", "ingested_at"];
  const batch = (last: string) =>
    on.clickhouse.insert({
      table: "batches_v1",
      columns,
      rows: [
        {
          topic: "t",
          partition: 0,
          last_offset: Date.parse(last),
          last_append_time: last,
          ingested_at: last,
        },
      ],
      token: last,
    });
  const progress = () =>
    on.clickhouse.query({
      name: "progress",
      sql: "SELECT rollup_name, toString(data_until) AS data_until FROM rollup_progress ORDER BY rollup_name",
      row: z.object({ rollup_name: z.string(), data_until: z.string() }),
    });
  await on.insert([call("a", NOON)]);
  await batch(NOON);
  await on.round(COST_5M);
  expect(await progress()).toEqual([{ rollup_name: "cost_5m", data_until: "2026-11-01 12:00:01.000" }]);
  // A batch of nothing but rejects.
  await batch("2026-11-01T12:00:09.000Z");
  await on.round(COST_5M);
  expect(await progress()).toEqual([{ rollup_name: "cost_5m", data_until: "2026-11-01 12:00:09.000" }]);
});

/** The negative control: if this one passed too, the tests above would prove nothing. */
test("a rollup that a materialized view feeds from the insert differs from the calls", async () => {
  on = await rollupGround();
  await on.clickhouse.command(
    "CREATE TABLE fed_v1 (bucket DateTime, team String, calls Int64, cost Decimal(38, 12)) ENGINE = SummingMergeTree ORDER BY (bucket, team)",
  );
  await on.clickhouse.command(
    "CREATE MATERIALIZED VIEW feed TO fed_v1 AS SELECT bucket, team, sum(sign) AS calls, sum(sign * ifNull(cost_usd, 0)) AS cost FROM events_v1 GROUP BY bucket, team",
  );
  const rows = [call("a", NOON), call("b", NOON)];
  await on.insert(rows, "one");
  await on.insert(rows, "cut otherwise");
  await expectEqual();
  const [fed] = await on.clickhouse.query({
    name: "fed",
    sql: "SELECT toString(sum(calls)) AS calls, toString(sum(cost)) AS cost FROM fed_v1",
    row: z.object({ calls: z.string(), cost: z.string() }),
  });
  const [truth] = await on.raw();
  expect(truth).toMatchObject({ calls: "2", cost: "0.000000000002" });
  expect(fed).toEqual({ calls: "4", cost: "0.000000000004" });
});
