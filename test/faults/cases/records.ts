import { z } from "zod";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import type { Random } from "#test/faults/random.ts";

const DAY_MS = 86_400_000;
const Partitions = z.object({ n: z.coerce.number() });

/** Bytes that no adapter can make a call of. */
const POISON: readonly (Buffer | null)[] = [
  null,
  Buffer.alloc(0),
  Buffer.from("not JSON"),
  Buffer.from('{"specversion":"1.0"'),
  Buffer.from('{"a":1,"a":2}'),
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  Buffer.from(`${"[".repeat(300)}${"]".repeat(300)}`),
  Buffer.from('{"__proto__":{"isAdmin":true}}'),
  Buffer.from('{"specversion":"1.0","id":"x","source":"s","type":"spendtrail.response.v9","data":{}}'),
];

export const poison: FaultCase = {
  id: "F16",
  title: "1 % of poison, then a thousand in a row",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open({ partitions: 2 });
    await field.keepDuplicates();
    const program = field.ingester({ SPENDTRAIL_BREAKER_HOLD_MS: "3000" }, context.root);
    const count = isShort ? 3_000 : 100_000;
    for (let sent = 0; sent < count; sent += count / 10) {
      await field.sender.calls(count / 10);
      await field.sender.rejects(Array.from({ length: count / 1_000 }, () => random.pick(POISON)));
    }
    await field.sender.rejects(Array.from({ length: 1_000 }, () => random.pick(POISON)));
    return reportOf(field, {
      faults: `${field.sender.ledger.rejects} poison`,
      demands: () => ({
        "the breaker held the source up first": program.logged("SOURCE_REJECTS_JUMPED") > 0,
      }),
    });
  },
};

/** Calls that began at times of the case's own; the months that the store made of them must be as many as can be. */
function times(
  id: string,
  title: string,
  startedAtMs: (random: Random) => number,
  options: { readonly full: number; readonly monthsMax: number },
): FaultCase {
  return {
    id,
    title,
    run: async (context) => {
      const field = await context.open();
      await field.keepDuplicates();
      field.ingester({}, context.root);
      await field.sender.calls(context.isShort ? 2_000 : options.full, { startedAtMs });
      const report = await reportOf(field, { faults: "times" });
      const [months] = await field.store.query({
        name: "faults_months",
        sql: "SELECT uniqExact(toYYYYMM(bucket)) AS n FROM events_v1",
        row: Partitions,
      });
      const demands = {
        ...report.demands,
        "no more months than times": (months?.n ?? 0) <= options.monthsMax,
      };
      return { ...report, demands };
    },
  };
}

export const backfill = times(
  "F20",
  "history of 90 days",
  (random) => Date.now() - random.whole(0, 90) * DAY_MS,
  { full: 50_000, monthsMax: 5 },
);

export const wrongClocks = times(
  "F21",
  "clocks that are 26 hours off, in 1970, in 2106, at a leap second and a change to summer time",
  (random) =>
    random.pick([
      Date.now() + 26 * 3_600_000,
      Date.now() - 26 * 3_600_000,
      0,
      Date.UTC(2106, 1, 7),
      Date.UTC(2016, 11, 31, 23, 59, 59, 999),
      Date.UTC(2026, 2, 29, 1, 30),
    ]),
  { full: 10_000, monthsMax: 6 },
);

export const repeats: FaultCase = {
  id: "F22",
  title: "every third call comes again, out of order and late",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open();
    field.ingester({}, context.root);
    await field.sender.calls(isShort ? 2_000 : 20_000);
    const ids = [...field.sender.ledger.calls.keys()].filter(() => random.next() < 1 / 3);
    await field.sender.repeat(ids.toSorted(() => random.next() - 0.5));
    await field.sender.repeat(ids);
    return reportOf(field, { faults: `${ids.length * 2} repeats` });
  },
};
