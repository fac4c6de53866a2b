import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { DAY_MARKS, DAY_S, DAY_SPANS } from "#core/day-spans.ts";
import { compareRollupsJob } from "#jobs/rollups/compare-job.ts";
import { type RollupMeasures, rollupMeasures } from "#jobs/rollups/measures.ts";
import { compareSpans } from "#jobs/rollups/spans/compare-spans.ts";
import { spansJob } from "#jobs/rollups/spans/job.ts";
import { staleSpans } from "#jobs/rollups/spans/stale-spans.ts";
import { createMetrics, type Metrics } from "#runtime/metrics.ts";
import { call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";

const DAY = "2026-11-01";
const NOON = `${DAY}T12:00:01.000Z`;
const NIGHT = "2026-11-02T23:59:59.999Z";
const still = new AbortController().signal;
const error = vi.fn();

let on: RollupGround;
let metrics: Metrics;
let measures: RollupMeasures;
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
  await on.insert([
    call("a", NOON),
    call("b", NOON, { team: "blue", cost_usd: "1.5" }),
    call("c", NIGHT, { cost_usd: null, cost_status: "unpriced" }),
    // Counts an hour before its bucket: in no stretch.
    call("d", "2026-11-01T20:00:00.000Z", { event_time: "2026-11-01T19:00:00.000Z" }),
  ]);
  await on.round();
});
afterEach(() => on.close());

const Kept = z.object({ starts: z.int(), ends: z.int(), calls: z.string(), cost: z.string().nullable() });
const kept = () =>
  on.clickhouse.query({
    name: "kept",
    sql: `SELECT starts, ends, toString(arraySum(\`sums.calls\`)) AS calls,
            toString(arrayReduce('sum', \`sums.cost_usd\`)) AS cost
          FROM cost_spans_v1 FINAL WHERE day = '${DAY}' ORDER BY starts, ends`,
    row: Kept,
  });
const staleOf = (first: string, end: string) => staleSpans(on.clickhouse, { first, end }, still);

test("each stretch holds the calls that begin in it, and nothing is left stale", async () => {
  expect(await on.spans()).toBeGreaterThan(60);
  const noonS = 12 * 3600 + 1;
  const right = DAY_SPANS.filter(({ starts, ends }) => starts <= noonS && noonS < ends);
  expect((await kept()).filter(({ calls }) => calls !== "0")).toEqual(
    right
      .toSorted((one, other) => one.starts - other.starts || one.ends - other.ends)
      .map((span) => ({ ...span, calls: "2", cost: "1.500000000001" })),
  );
  expect(await staleOf(DAY, "2026-11-03")).toEqual([]);
  expect(await on.spans()).toBe(0);
});

test("only what has passed is made, and what a late call, a correction or a heal changed is made again", async () => {
  // Half past noon is ten minutes too early for the hour that ends with it, and for the rest of the day.
  await on.spans(new Date("2026-11-01T13:05:00.000Z"));
  expect((await kept()).map(({ starts, ends }) => `${starts} ${ends}`)).toEqual([]);
  await on.spans(new Date("2026-11-01T13:10:00.000Z"));
  expect(await kept()).toMatchObject([
    { starts: 0, ends: 13 * 3600, calls: "2" },
    { starts: 12 * 3600, ends: 13 * 3600, calls: "2" },
  ]);
  await on.spans();
  await on.insert([call("late", "2026-11-01T00:00:00.000Z"), call("a", NOON, { epoch: 1, sign: -1 })]);
  expect(await on.spans()).toBe(0);
  await on.round();
  expect(await staleOf(DAY, "2026-11-02")).not.toEqual([]);
  await on.spans();
  expect((await kept()).find(({ starts, ends }) => starts === 0 && ends === DAY_S)).toMatchObject({
    calls: "2",
    cost: "1.500000000001",
  });
  expect(await staleOf(DAY, "2026-11-02")).toEqual([]);
  await on.clickhouse.command("ALTER TABLE events_v1 DELETE WHERE team = 'blue'", {
    settings: { mutations_sync: "1" },
  });
  await compareRollupsJob(deps()).run(still);
  expect(error).toHaveBeenCalledTimes(1);
  await on.spans();
  expect((await kept()).find(({ starts, ends }) => starts === 0 && ends === DAY_S)?.calls).toBe("1");
});

test("a leader that is no more writes what it read long ago, and nothing goes back", async () => {
  await on.spans();
  await on.clickhouse.command("CREATE TABLE old_spans AS cost_spans_v1 ENGINE = Log");
  await on.clickhouse.command("INSERT INTO old_spans SELECT * FROM cost_spans_v1");
  await on.insert([call("e", NOON, { cost_usd: "5" })]);
  await on.round();
  await on.spans();
  const before = await kept();
  await on.clickhouse.command(
    "INSERT INTO cost_spans_v1 SELECT * REPLACE (now() + 60 AS computed_at) FROM old_spans",
  );
  expect(await kept()).toEqual(before);
  expect(await on.spans()).toBe(0);
});

test("a round that ends between any two steps is made up for by the next", async () => {
  let ended = 0;
  for (let step = 1, isEnded = true; isEnded; step++) {
    await on.insert([call(`step ${step}`, NOON), call(`step ${step}`, NIGHT)]);
    await on.round();
    let steps = 0;
    const at = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
      steps += 1;
      if (steps === step) throw new Error("ended here");
      return work();
    };
    const { clickhouse } = on;
    const store = {
      query: (query: Parameters<typeof clickhouse.query>[0]) => at(() => clickhouse.query(query)),
      insert: clickhouse.insert,
      command: (...given: Parameters<typeof clickhouse.command>) => at(() => clickhouse.command(...given)),
    } as typeof clickhouse;
    isEnded = await on.spans(undefined, store).then(
      () => false,
      () => true,
    );
    ended += Number(isEnded);
    await on.spans();
    expect(await staleOf(DAY, "2026-11-03"), `step ${step}`).toEqual([]);
    expect(await compareSpans(deps(), [DAY, "2026-11-02"], still)).toEqual([]);
  }
  // The months, the stale stretches, and two days.
  expect(ended).toBe(4);
});

test.each([
  ["calls counted twice", "arrayMap(n -> n * 2, `sums.calls`) AS `sums.calls`", { calls: 2, cost_usd: "0" }],
  [
    "a cost off in the last digit",
    "arrayMap(c -> c + toDecimal128('0.000000000001', 12), `sums.cost_usd`) AS `sums.cost_usd`",
    { calls: 0, cost_usd: "0.000000000002" },
  ],
  [
    "an unknown figure that became 0",
    "arrayMap(c -> ifNull(c, 0), `sums.thinking_tokens`) AS `sums.thinking_tokens`",
    { calls: 0 },
  ],
] as const)("%s: found by the comparison, told and made good", async (_name, change, off) => {
  const job = spansJob(deps());
  await job.run(still);
  await compareRollupsJob(deps()).run(still);
  expect(error).not.toHaveBeenCalled();
  const text = async () => (await metrics.render()).text;
  expect(await text()).toContain('spendtrail_rollup_difference_calls{rollup="cost_spans"} 0\n');
  expect(await text()).toMatch(/spendtrail_rollup_recomputed_buckets_total{rollup="cost_spans"} \d\d/);

  const before = await kept();
  await on.clickhouse.command(
    `INSERT INTO cost_spans_v1 SELECT * REPLACE (${change}) FROM cost_spans_v1 FINAL
     WHERE day = '${DAY}' AND starts = 0 AND ends = ${DAY_S}`,
  );
  const [found, ...more] = await compareSpans(deps(), [DAY], still);
  expect(found).toMatchObject({ day: DAY, starts: 0, ends: DAY_S, groups: 2, ...off });
  expect(more).toEqual([]);
  expect(error).toHaveBeenCalledTimes(1);
  expect(await text()).toContain('spendtrail_rollup_differing_buckets_total{rollup="cost_spans"} 1\n');
  expect(await kept()).toEqual(before);
  expect(await compareSpans(deps(), [DAY], still)).toEqual([]);
});

test("a stretch that is only behind is no difference", async () => {
  await on.spans();
  await on.insert([call("e", NOON)]);
  await on.round();
  expect(await compareSpans(deps(), [DAY], still)).toEqual([]);
  expect(error).not.toHaveBeenCalled();
});

test("in every zone that there is, days begin at one of the marks", () => {
  const offMark = Intl.supportedValuesOf("timeZone").filter((timeZone) => {
    const format = new Intl.DateTimeFormat("en", {
      timeZone,
      hourCycle: "h23",
      hour: "2-digit",
      minute: "2-digit",
    });
    return Array.from({ length: 24 }, (_, month) => Date.UTC(2026, month, 15)).some((ms) => {
      const [hour, minute] = format.format(ms).split(":").map(Number);
      const beganS = (DAY_S - ((hour ?? 0) * 3600 + (minute ?? 0) * 60)) % DAY_S;
      return !DAY_MARKS.includes(beganS);
    });
  });
  expect(offMark).toEqual([]);
});
