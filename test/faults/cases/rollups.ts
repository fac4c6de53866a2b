import { z } from "zod";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { settle } from "#test/faults/cases/kills.ts";
import { answersLostWhile } from "#test/faults/cases/store.ts";
import type { Field } from "#test/faults/field.ts";
import { until } from "#test/faults/until.ts";

/** Rounds of the jobs within which the rollup has to have caught up, on a busy machine too. */
const CAUGHT_UP_MS = 120_000;

/** What most build: sums that each insert adds to. It is the control: where it is right too, the case shows nothing. */
const FED_BY_INSERTS = [
  `CREATE TABLE fed_by_inserts (calls Int64, cost_usd Decimal(38, 12)) ENGINE = SummingMergeTree ORDER BY tuple()`,
  `CREATE MATERIALIZED VIEW feed TO fed_by_inserts AS
SELECT sum(sign) AS calls, sum(sign * ifNull(cost_usd, 0)) AS cost_usd FROM events_v1 WHERE kind = 'response'`,
] as const;

const Sums = z.object({ calls: z.coerce.number(), cost: z.string() });

export const rollupsRetried: FaultCase = {
  id: "F14",
  title:
    "every call comes three times and answers are lost, with the rollups beside it and a view that inserts feed",
  run: async (context) => {
    const { isShort, random, root } = context;
    const field = await context.open();
    await field.keepDuplicates();
    for (const sql of FED_BY_INSERTS) await field.store.command(sql);
    field.ingester({}, root);
    const jobs = field.jobs(root);
    const calls = isShort ? 1_500 : 10_000;
    const cuts = await answersLostWhile(field, isShort ? 4 : 40, random.next, async () => {
      await field.sender.calls(calls, { perSecond: 1_500 });
      // Within one insert the store folds repeats by itself, and the case could not tell.
      await until("the calls are there", async () => (await callsIn(field)) >= calls, CAUGHT_UP_MS);
      for (let again = 0; again < 2; again += 1)
        await field.sender.repeat([...field.sender.ledger.calls.keys()]);
      // A leader that is gone leaves a round half done; the next one makes it again.
      await jobs.kill();
      await settle(500);
    });
    return reportOf(field, {
      faults: `${calls * 2} repeats, ${cuts} answers lost, the jobs killed`,
      load: `3 x ${calls} calls`,
      demands: async () => ({
        "the rollup equals the calls to the last digit": await becomesEqual(field),
        "the view that inserts feed is wrong, so the case can tell": !(await isRight(
          field,
          "fed_by_inserts",
        )),
      }),
    });
  },
};

/** Whether the rollup is what the calls are once it has seen all of them; before that it can be right by chance. */
async function becomesEqual(field: Field): Promise<boolean> {
  await until("the rollup has seen everything", async () => (await bucketsBehind(field)) === 0, CAUGHT_UP_MS);
  return isRight(field, "cost_5m");
}

async function bucketsBehind(field: Field): Promise<number> {
  const { calls } = await sumsOf(
    field,
    `SELECT count() AS calls, '' AS cost FROM rollup_behind(rollup = 'cost_5m', from = toDateTime64(0, 3, 'UTC'))`,
  );
  return calls;
}

async function callsIn(field: Field): Promise<number> {
  const { calls } = await sumsOf(field, `SELECT uniqExact(event_id) AS calls, '' AS cost FROM events_v1`);
  return calls;
}

async function isRight(field: Field, table: "cost_5m" | "fed_by_inserts"): Promise<boolean> {
  const [sums, calls] = await Promise.all([
    sumsOf(field, `SELECT sum(calls) AS calls, toString(sum(cost_usd)) AS cost FROM ${table}`),
    sumsOf(
      field,
      `SELECT sum(sign) AS calls, toString(sum(sign * cost_usd)) AS cost FROM events_v1 FINAL WHERE kind = 'response'`,
    ),
  ]);
  return sums.calls === calls.calls && sums.cost === calls.cost;
}

async function sumsOf(field: Field, sql: string): Promise<z.infer<typeof Sums>> {
  const [row] = await field.store.query({ name: "faults_sums", sql, row: Sums });
  if (row === undefined) throw new Error("an aggregate is a row");
  return row;
}
