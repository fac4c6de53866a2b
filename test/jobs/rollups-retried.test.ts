import { afterEach, expect, test } from "vitest";
import { ROLLUPS } from "#jobs/rollups/rollup.ts";
import type { RollupStore } from "#jobs/rollups/round.ts";
import { COST_5M, call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";

let on: RollupGround;
afterEach(() => on.close());

const NOON = "2026-11-01T12:00:01.000Z";
const OLD = "2026-03-01T00:04:59.999Z";

/** Ends at its n-th step: before that is done, or after it was done and its answer lost. */
function endingAt(step: number, done: boolean): RollupStore {
  let steps = 0;
  const { clickhouse } = on;
  const at = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    steps += 1;
    if (steps !== step) return work();
    if (done) await work();
    throw new Error("ended here");
  };
  return {
    query: (query) => at(() => clickhouse.query(query)),
    insert: (insert) => at(() => clickhouse.insert(insert)),
    command: (sql, options) => at(() => clickhouse.command(sql, options)),
  };
}

test("a round that ends between any two steps is made up for by the next", async () => {
  on = await rollupGround();
  await on.insert([call("first", NOON)]);
  await on.round();
  let ended = 0;
  for (const done of [false, true])
    for (let step = 1, isEnded = true; isEnded; step++) {
      await on.insert([
        call(`${step} ${done}`, NOON),
        call("first", NOON, { epoch: step, sign: -1 }),
        call("first", NOON, { epoch: step, team: `team-${step}` }),
      ]);
      await on.insert([call(`${step} ${done}`, OLD)]);
      isEnded = await on.round(COST_5M, endingAt(step, done)).then(
        () => false,
        () => true,
      );
      ended += Number(isEnded);
      await on.round();
      expect(await on.rolledUp(), `step ${step}`).toEqual(await on.raw());
    }
  // Marks, time, parts, of two months the buckets, their rows and the recompute, and the note; before and after.
  expect(ended).toBe(20);
});

test("a leader that is no more writes what it read long ago, and nothing goes back", async () => {
  on = await rollupGround();
  await on.insert([call("a", NOON), call("b", NOON)]);
  for (const rollup of ROLLUPS) {
    await on.round(rollup);
    await on.clickhouse.command(`CREATE TABLE old_${rollup.name} AS ${rollup.table} ENGINE = Log`);
    await on.clickhouse.command(`INSERT INTO old_${rollup.name} SELECT * FROM ${rollup.table}`);
  }
  await on.clickhouse.command("CREATE TABLE old_marks AS rollup_marks_v1 ENGINE = Log");
  await on.clickhouse.command("INSERT INTO old_marks SELECT * FROM rollup_marks_v1");
  await on.insert([call("c", NOON, { cost_usd: "5" }), call("a", NOON, { epoch: 1, sign: -1 })]);
  for (const rollup of ROLLUPS) await on.round(rollup);
  for (const { name, table } of ROLLUPS)
    await on.clickhouse.command(
      `INSERT INTO ${table} SELECT * REPLACE (now() + 60 AS computed_at) FROM old_${name}`,
    );
  await on.clickhouse.command(
    "INSERT INTO rollup_marks_v1 SELECT * REPLACE (now() + 60 AS noted_at) FROM old_marks",
  );
  for (const rollup of ROLLUPS) {
    expect(await on.round(rollup)).toBe(0);
    expect(await on.rolledUp(rollup)).toEqual(await on.raw(rollup));
  }
});

test("two leaders at once, while rows arrive, agree with the calls in the end", async () => {
  on = await rollupGround();
  const writing = (async () => {
    for (let at = 0; at < 20; at++)
      await on.insert([call(`${at}`, NOON), call(`${at}`, OLD, { team: `team-${at % 3}` })]);
  })();
  const leader = async () => {
    for (let rounds = 0; rounds < 10; rounds++) await on.round();
  };
  await Promise.all([writing, leader(), leader()]);
  await on.round();
  expect(await on.rolledUp()).toEqual(await on.raw());
});

test("a reader sees a bucket before or after a recompute, never between", async () => {
  on = await rollupGround();
  const teams = Array.from({ length: 40 }, (_, at) => `team-${at}`);
  await on.insert(teams.map((team) => call(team, NOON, { team })));
  await on.round();
  let isMoving = true;
  const seen = new Set<string>();
  const reading = (async () => {
    while (isMoving) {
      const rows = (await on.rolledUp()) as readonly { calls: string }[];
      seen.add(String(rows.reduce((sum, { calls }) => sum + Number(calls), 0)));
    }
  })();
  // Each time all calls move to another team, so their number stays.
  for (let epoch = 1; epoch <= 8; epoch++) {
    await on.insert(
      teams.flatMap((team) => [
        call(team, NOON, { team: epoch === 1 ? team : `moved-${epoch - 1}`, epoch, sign: -1 }),
        call(team, NOON, { team: `moved-${epoch}`, epoch }),
      ]),
    );
    await on.round();
  }
  isMoving = false;
  await reading;
  expect([...seen]).toEqual(["40"]);
});
