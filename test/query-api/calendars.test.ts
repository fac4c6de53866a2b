import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import { seeded } from "#test/core/seeded.ts";
import { call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";

const ZONES = ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York"] as const;
const MINUTE_MS = 60_000;
const { below, pick } = seeded(7);

/** From before New York's clocks go forward (March 8) until after they go back (November 1). */
const calls = Array.from({ length: 12_000 }, (_, number) => ({
  id: `calendar-${number}`,
  ms: Date.UTC(2026, 1, 20) + below(280 * 1440) * MINUTE_MS + pick([0, 1, 59_999]),
  cost: BigInt(below(1e9)) as Money,
}));

let kit: RollupGround;
let api: TestApi;
let finance: string;

beforeAll(async () => {
  kit = await rollupGround();
  api = await makeApi(
    { clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse },
    // An export counts only what is written by now.
    { clock: () => new Date("2030-01-01T00:00:00.000Z") },
  );
  finance = await api.key({ role: "finance" });
  await kit.insert(
    calls.map(({ id, ms, cost }) => call(id, new Date(ms).toISOString(), { cost_usd: formatMoney(cost) })),
  );
  await kit.round();
});
afterAll(() => kit.close());

const formats = new Map(
  ZONES.map((zone) => [zone, new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" })]),
);
const dayBefore = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
/** The last day, going back from this one, that satisfies a condition: slow, and nothing like the store's way. */
function back(day: string, isStart: (day: string) => boolean): string {
  let at = day;
  while (!isStart(at)) at = dayBefore(at);
  return at;
}
const weekDay = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay();
const QUARTERS = ["-01-01", "-04-01", "-07-01", "-10-01"];

const CALENDARS: readonly [query: string, isStart: (day: string) => boolean][] = [
  ["granularity=day", () => true],
  ["granularity=week", (day) => weekDay(day) === 1],
  ["granularity=week&week_start=sunday", (day) => weekDay(day) === 0],
  ["granularity=week&week_start=saturday", (day) => weekDay(day) === 6],
  ["granularity=month", (day) => day.endsWith("-01")],
  ["granularity=quarter", (day) => QUARTERS.some((end) => day.endsWith(end))],
  ["granularity=fiscal_month&fiscal_start=04-06", (day) => day.endsWith("-06")],
  ["granularity=fiscal_month&fiscal_start=01-28", (day) => day.endsWith("-28")],
  [
    "granularity=fiscal_quarter&fiscal_start=04-06",
    (day) => ["-01-06", "-04-06", "-07-06", "-10-06"].some((end) => day.endsWith(end)),
  ],
  [
    "granularity=fiscal_quarter&fiscal_start=11-28",
    (day) => ["-02-28", "-05-28", "-08-28", "-11-28"].some((end) => day.endsWith(end)),
  ],
  ["granularity=fiscal_year&fiscal_start=10-01", (day) => day.endsWith("-10-01")],
];

describe.each(ZONES)("in %s", (zone) => {
  test.each(CALENDARS)("%s: each period is the sum of its calls", async (query, isStart) => {
    const starts = new Map<string, string>();
    const expected = new Map<string, { calls: number; cost: bigint }>();
    for (const { ms, cost } of calls) {
      const day = formats.get(zone)?.format(ms) ?? "";
      const start = starts.get(day) ?? back(day, isStart);
      starts.set(day, start);
      const sum = expected.get(start) ?? { calls: 0, cost: 0n };
      expected.set(start, { calls: sum.calls + 1, cost: sum.cost + cost });
    }
    const wanted = [...expected]
      .map(([period, sum]) => [period, sum.calls, formatMoney(sum.cost as Money)])
      .toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
    for (const read of ["auto", "calls"]) {
      const url = `/v1/costs?from=2026-02-01&to=2026-12-31&tz=${zone}&${query}&read=${read}`;
      const { status, json } = await api.get(url, finance);
      expect([status, json.detail, json.read_from]).toEqual([
        200,
        undefined,
        read === "auto" ? "cost_5m" : "calls",
      ]);
      const told = json.rows.map((row: { period: string; calls: number; cost: { amount: string } }) => [
        row.period,
        row.calls,
        row.cost.amount,
      ]);
      expect(told).toEqual(wanted);
      expect(json.totals.calls).toBe(calls.length);
    }
  });
});

/** The days on which New York's clocks change, and their neighbours. */
const AROUND_CHANGES = ["2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02"];
const HOURS_IN_NEW_YORK: Readonly<Record<string, number>> = { "2026-03-08": 23, "2026-11-01": 25 };
const dayAfter = (day: string) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

describe.each(ZONES)("each day by itself in %s", (zone) => {
  const byDay = Map.groupBy(calls, ({ ms }) => formats.get(zone)?.format(ms) ?? "");
  const onDay = (day: string) => byDay.get(day) ?? [];
  const figures = (of: typeof calls) => [
    of.length,
    formatMoney(of.reduce((sum, { cost }) => sum + cost, 0n) as Money),
  ];

  test.each(AROUND_CHANGES)("%s from midnight to midnight, as a whole and by its hours", async (day) => {
    for (const read of ["auto", "calls"]) {
      const range = `from=${day}&to=${dayAfter(day)}&tz=${zone}&read=${read}`;
      const { json } = await api.get(`/v1/costs?${range}`, finance);
      expect([json.totals.calls, json.totals.cost.amount]).toEqual(figures(onDay(day)));
      const hourly = await api.get(`/v1/costs?${range}&granularity=hour`, finance);
      const hours: { calls: number; period: string }[] = hourly.json.rows;
      expect(hours.reduce((sum, row) => sum + row.calls, 0)).toBe(onDay(day).length);
      // An hour that is there twice is two rows, and each is of one offset.
      const offsets = new Set(hours.map(({ period }) => Date.parse(period)));
      expect(offsets.size).toBe(hours.length);
      const longest = zone === "America/New_York" ? (HOURS_IN_NEW_YORK[day] ?? 24) : 24;
      // An hour in Kolkata begins at :30 UTC, so a range of whole local days never cuts one.
      expect(hours.length).toBeLessThanOrEqual(longest);
    }
  });

  test.each([
    ["2026-03-02", "2026-03-15"],
    ["2026-10-26", "2026-11-08"],
  ])("an export of a row a day has the same days, from %s to %s", async (from, to) => {
    const exported = await api.get(`/v1/exports/costs?from=${from}&to=${to}&tz=${zone}&grain=day`, finance);
    const days = new Map<string, { calls: number; cost: bigint }>();
    for (const row of parse(exported.text, { columns: true }) as Record<string, string>[]) {
      const cost = parseMoney(row["cost_usd"] ?? "");
      if (!cost.ok) throw new Error(JSON.stringify(row));
      const sum = days.get(row["day"] ?? "") ?? { calls: 0, cost: 0n };
      days.set(row["day"] ?? "", { calls: sum.calls + Number(row["calls"]), cost: sum.cost + cost.value });
    }
    const told = [...days].map(([day, sum]) => [day, sum.calls, formatMoney(sum.cost as Money)]);
    const wanted: unknown[] = [];
    for (let day = from; day !== to; day = dayAfter(day)) wanted.push([day, ...figures(onDay(day))]);
    expect(told).toEqual(wanted);
  });
});

describe("a question that makes no sense is refused", () => {
  test.each([
    ["from=2026-11-02&to=2026-11-01", "from must be before to"],
    ["from=2026-11-01&to=2026-11-01", "from must be before to"],
    ["from=2026-11-01&to=2026-11-02&tz=Mars/Olympus", "no IANA time zone"],
    ["from=2026-11-01&to=2026-11-02&tz=utc", "no IANA time zone"],
    ["from=2000-01-01&to=2100-01-01", "longer than 1830 days"],
    ["from=2000-01-01&to=2100-01-01&granularity=fiscal_year", "longer than 1830 days"],
    ["from=1826-01-01&to=1926-01-01", "outside of the years 1970 to 2105"],
    ["from=2026-11-01&granularity=fiscal_month&fiscal_start=02-30", "fiscal_start"],
    ["from=2026-11-01&granularity=fiscal_month&fiscal_start=13-01", "fiscal_start"],
    ["from=2026-11-01&granularity=week&week_start=moonday", "week_start"],
    ["from=2026-11-01&granularity=fortnight", "granularity"],
  ])("%s", async (query, words) => {
    const answer = await api.get(`/v1/costs?${query}`, finance);
    expect([answer.status, answer.json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(answer.text).toContain(words);
  });
});
