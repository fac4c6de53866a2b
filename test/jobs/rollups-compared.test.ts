import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inTurn } from "#jobs/rollups/choose-buckets.ts";
import { compare } from "#jobs/rollups/compare.ts";
import { compareRollupsJob } from "#jobs/rollups/compare-job.ts";
import { type RollupMeasures, rollupMeasures } from "#jobs/rollups/measures.ts";
import { ownTime } from "#jobs/rollups/own-time.ts";
import { pauseAfter } from "#jobs/rollups/pause.ts";
import { ROLLUPS } from "#jobs/rollups/rollup.ts";
import { createMetrics, type Metrics } from "#runtime/metrics.ts";
import { COST_5M, call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";

const NOON = "2026-11-01T12:00:01.000Z";
const OLD = "2026-03-01T00:04:59.999Z";
const BUCKETS = ["2026-11-01 12:00:00", "2026-03-01 00:00:00", "2026-03-01 00:05:00"];

let on: RollupGround;
let metrics: Metrics;
let measures: RollupMeasures;
const error = vi.fn();
const still = new AbortController().signal;
const deps = () => ({
  clickhouse: on.clickhouse,
  measures,
  log: { error },
  clock: () => new Date(),
});

beforeEach(async () => {
  error.mockClear();
  metrics = createMetrics({ defaults: false });
  measures = rollupMeasures(metrics);
  on = await rollupGround();
  await on.insert([call("a", NOON), call("b", NOON, { team: "blue", cost_usd: "1.5" })]);
  await on.insert([call("c", OLD, { cost_usd: null, cost_status: "unpriced" })]);
  for (const rollup of ROLLUPS) await on.round(rollup);
});
afterEach(() => on.close());

async function expectMetric(name: string, value: number): Promise<void> {
  expect((await metrics.render()).text).toContain(`spendtrail_${name}{rollup="cost_5m"} ${value}\n`);
}

test("at rest the difference is 0, by the whole job and by its last buckets", async () => {
  await compareRollupsJob(deps()).run(still);
  expect(error).not.toHaveBeenCalled();
  await expectMetric("rollup_difference_calls", 0);
  await expectMetric("rollup_difference_usd", 0);
  expect((await metrics.render()).text).toMatch(
    /spendtrail_rollup_compared_buckets_total{rollup="cost_5m"} 1[45]\n/,
  );
});

test("a rollup that is only behind does not differ", async () => {
  await on.insert([call("d", NOON)]);
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toEqual([]);
  await on.round();
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toEqual([]);
});

const planted: readonly (readonly [string, string, { calls: number; cost_usd: string; groups: number }])[] = [
  [
    "calls counted twice",
    "arrayMap(n -> n * 2, `sums.calls`) AS `sums.calls`",
    { calls: 2, cost_usd: "0", groups: 2 },
  ],
  [
    "a cost off in the last digit",
    "arrayMap(c -> c + toDecimal128('0.000000000001', 12), `sums.cost_usd`) AS `sums.cost_usd`",
    { calls: 0, cost_usd: "0.000000000002", groups: 2 },
  ],
  [
    "another team",
    "arrayMap(t -> if(t = 'red', 'green', t), `sums.team`) AS `sums.team`",
    { calls: 2, cost_usd: "0.000000000002", groups: 2 },
  ],
  [
    "a later version",
    "arrayMap(n -> 7, `sums.items`) AS `sums.items`, version + 1000 AS version",
    { calls: 0, cost_usd: "0", groups: 2 },
  ],
];
test.each(planted)("a planted difference is told and healed: %s", async (_name, replace, off) => {
  await on.clickhouse.command(
    `INSERT INTO cost_5m_v1 SELECT * REPLACE (${replace}) FROM cost_5m_v1 FINAL WHERE bucket >= '2026-11-01'`,
  );
  const bucket = "2026-11-01 12:00:00";
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toEqual([{ bucket, ...off }]);
  await expectMetric("rollup_difference_calls", off.calls);
  await expectMetric("rollup_difference_usd", Number(off.cost_usd));
  await expectMetric("rollup_differing_buckets_total", 1);
  expect(error).toHaveBeenCalledWith(
    { rollup: "cost_5m", bucket, ...off },
    "a rollup differed from the events; its bucket is recomputed",
  );
  expect(await on.rolledUp()).toEqual(await on.raw());
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toEqual([]);
  await expectMetric("rollup_difference_calls", 0);
  await on.insert([call("next", NOON)]);
  await on.round();
  await compare(deps(), COST_5M, BUCKETS, still);
  expect(await on.rolledUp()).toEqual(await on.raw());
});

test("an unknown cost is not 0, a deletion without an insert and a reset to the same number are found", async () => {
  await on.clickhouse.command(
    "INSERT INTO cost_5m_v1 SELECT * REPLACE (arrayMap(c -> ifNull(c, 0), `sums.cost_usd`) AS `sums.cost_usd`) FROM cost_5m_v1 FINAL WHERE bucket < '2026-11-01'",
  );
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toMatchObject([{ groups: 1, cost_usd: "0" }]);

  await on.clickhouse.command("ALTER TABLE events_v1 DELETE WHERE team = 'blue'", {
    settings: { mutations_sync: "1" },
  });
  expect(await on.round()).toBe(0);
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toMatchObject([{ calls: 1, cost_usd: "1.5" }]);
  expect(await on.rolledUp()).toEqual(await on.raw());

  for (const sql of ["TRUNCATE", "DETACH", "ATTACH"]) await on.clickhouse.command(`${sql} TABLE events_v1`);
  await on.insert([call("z", NOON, { cost_usd: "9" })]);
  await on.insert([call("y", OLD)]);
  expect(await on.round()).toBe(0);
  expect(await compare(deps(), COST_5M, BUCKETS, still)).toHaveLength(2);
  expect(await on.rolledUp()).toEqual(await on.raw());
});

test("turn by turn every bucket of every month comes up once", () => {
  const months = ["202611", "202402", "197001"];
  const turns = 30 * 24 + 29 * 24 + 1;
  const all = Array.from({ length: turns }, (_, turn) => inTurn(months, turn)).flat();
  expect(all).toHaveLength((turns - 1) * 12 + 1);
  expect(new Set(all).size).toBe(all.length);
  expect(inTurn(months, turns)).toEqual(["1970-01-01 00:00:00"]);
  expect(inTurn(months, turns - 1).at(-1)).toBe("2026-11-30 23:55:00");
  expect(inTurn([], 5)).toEqual([]);
});

test("the pause keeps rounds within their share of a core, up to its bounds", () => {
  const pace = { coreShare: 0.1, pauseLeastMs: 1_000, pauseMostMs: 60_000 };
  expect(pauseAfter(10, pace)).toBe(1_000);
  expect(pauseAfter(1_000, pace)).toBeCloseTo(9_000);
  expect(pauseAfter(600_000, pace)).toBe(60_000);
});

test("what a statement takes by itself is its rows at the best time of late", () => {
  const own = ownTime();
  expect(own({ units: 1_000, ms: 100 })).toBe(100);
  expect(own({ units: 2_000, ms: 900 })).toBe(200);
  expect(own({ units: 0, ms: 50 })).toBe(50);
  for (let at = 0; at < 16; at++) own({ units: 1_000, ms: 300 });
  expect(own({ units: 1_000, ms: 300 })).toBe(300);
});
