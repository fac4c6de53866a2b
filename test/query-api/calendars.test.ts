import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMoney, type Money } from "#core/money.ts";
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
  api = await makeApi({ clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse });
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
