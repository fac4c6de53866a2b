import kafkajs from "kafkajs";
import { z } from "zod";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import type { Field } from "#test/faults/field.ts";
import { refusedBody } from "#test/faults/refused-body.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const Figures = z.object({
  months: z.coerce.number(),
  suspect: z.coerce.number(),
  wrong_month: z.coerce.number(),
  ahead: z.coerce.number(),
});

async function figuresOf(field: Field): Promise<z.infer<typeof Figures>> {
  const [row] = await field.store.query({
    name: "faults_times",
    sql: `SELECT uniqExact(toYYYYMM(bucket)) AS months, countIf(time_suspect) AS suspect,
  countIf(NOT time_suspect AND toYYYYMM(event_time) != toYYYYMM(bucket)) AS wrong_month,
  countIf(event_time > append_time + INTERVAL 5 MINUTE) AS ahead
FROM events_v1 FINAL`,
    row: Figures,
  });
  if (row === undefined) throw new Error("an aggregate is a row");
  return row;
}

export const backfill: FaultCase = {
  id: "F20",
  title: "history of 90 days",
  run: async (context) => {
    const field = await context.open();
    await field.keepDuplicates();
    field.ingester({}, context.root);
    const startedAtMs = () => Date.now() - context.random.whole(0, 90) * DAY_MS;
    await field.sender.calls(context.isShort ? 2_000 : 50_000, { startedAtMs });
    const report = await reportOf(field, { faults: "times" });
    const { months, suspect, wrong_month } = await figuresOf(field);
    const demands = {
      ...report.demands,
      "Kafka stamps the records itself": (await timestampsOf(field)) === "LogAppendTime",
      "each is in the month that it states": wrong_month === 0 && suspect === 0,
      "no more months than there are": months <= 5,
    };
    return { ...report, demands };
  },
};

async function timestampsOf({ admin, topics }: Field): Promise<string | null | undefined> {
  const { resources } = await admin((tool) =>
    tool.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topics.records }],
    }),
  );
  const stamp = resources[0]?.configEntries.find(({ configName }) => configName === "message.timestamp.type");
  return stamp?.configValue;
}

/** Clocks that cannot be believed: the append time counts, and the row says so. */
const AHEAD = [Date.now() + 26 * HOUR_MS, Date.UTC(2106, 0, 7)] as const;
const BELIEVED = [
  Date.now() - 26 * HOUR_MS,
  Date.UTC(2026, 2, 29, 1, 30),
  Date.UTC(2026, 9, 25, 0, 59),
] as const;
/** Outside of what the contract calls a time: a clock that was never set, and one beyond the store's range. */
const NO_TIMES = ["1970-01-01T00:00:00.000Z", "2106-03-01T00:00:00.000Z", "2026-02-30T00:00:00.000Z"];

export const wrongClocks: FaultCase = {
  id: "F21",
  title: "clocks 26 hours off, in 1970 and 2106, at a leap second and at changes to and from summer time",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open();
    await field.keepDuplicates();
    field.ingester({}, context.root);
    const each = isShort ? 300 : 1_500;
    for (const startedAtMs of [...AHEAD, ...BELIEVED])
      await field.sender.calls(each, { startedAtMs: () => startedAtMs });
    const leap = (event: { data: Record<string, unknown> } & Record<string, unknown>) => {
      event.data["started_at"] = "2016-12-31T23:59:60Z";
      event["time"] = "2016-12-31T23:59:60Z";
    };
    await field.sender.calls(each, {
      startedAtMs: () => Date.UTC(2016, 11, 31, 23, 59, 59, 999),
      shaped: leap,
    });
    const noTimes = Array.from({ length: Math.ceil(each / 10) }, (_, at) =>
      refusedBody(`no time ${at}`, (event, data) => {
        const time = random.pick(NO_TIMES);
        Object.assign(event, { time });
        data["started_at"] = time;
      }),
    );
    await field.sender.rejects(noTimes);
    const report = await reportOf(field, { faults: `9 clocks` });
    const { months, suspect, ahead, wrong_month } = await figuresOf(field);
    const demands = {
      ...report.demands,
      "each clock that runs ahead is flagged": suspect === AHEAD.length * each,
      "none of them counts later than it came": ahead === 0,
      "the others are in the month that they state": wrong_month === 0,
      "no more table partitions than months": months <= AHEAD.length + BELIEVED.length + 1,
    };
    return { ...report, demands };
  },
};
