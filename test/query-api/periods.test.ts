import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instantOfLocalDate } from "#core/local-time.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** Around every turn of a clock that is awkward: each zone with an hour before and after, minute by minute apart. */
const TURNS: readonly [zone: string, at: string][] = [
  ["UTC", "2018-12-31T23:59:59.999Z"],
  ["Europe/Berlin", "2018-03-25T01:00:00.000Z"], // 02:00 becomes 03:00
  ["Europe/Berlin", "2018-10-28T01:00:00.000Z"], // 03:00 becomes 02:00
  ["America/New_York", "2018-03-11T07:00:00.000Z"],
  ["America/New_York", "2018-11-04T06:00:00.000Z"],
  ["America/Sao_Paulo", "2018-11-04T03:00:00.000Z"], // midnight is skipped
  ["America/Sao_Paulo", "2018-02-18T02:00:00.000Z"], // midnight becomes 23:00 again
  ["Asia/Kolkata", "2018-06-30T18:30:00.000Z"], // days begin at :30
  ["Asia/Kathmandu", "2018-06-30T18:15:00.000Z"], // and at :15
  ["Australia/Lord_Howe", "2018-04-01T15:00:00.000Z"], // clocks move by half an hour
  ["Pacific/Auckland", "2018-01-01T11:00:00.000Z"],
  ["America/St_Johns", "2018-11-04T04:30:00.000Z"],
];
const MINUTE_MS = 60_000;
const OFFSETS_MINUTES = [-1500, -121, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 61, 120, 1500];

let store: Store;
let api: TestApi;
let finance: string;
const instants = new Map<string, number[]>();

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  const rows = TURNS.flatMap(([zone, at], turn) =>
    OFFSETS_MINUTES.map((minutes) => {
      const ms = Date.parse(at) + minutes * MINUTE_MS;
      instants.set(zone, [...(instants.get(zone) ?? []), ms]);
      return eventRow({
        event_id: eventIdOf(`${turn}${minutes}`),
        at: new Date(ms).toISOString(),
        team: zone,
        agent: "periods",
      });
    }),
  );
  await store.insertEvents(rows);
});
afterAll(() => store.close());

/** The local date by Node's own tables, which are not the store's. */
function localDay(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(ms);
}
function mondayOf(day: string): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return new Date(ms - ((new Date(ms).getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
}
const LABEL = {
  day: (day: string) => day,
  week: mondayOf,
  month: (day: string) => `${day.slice(0, 7)}-01`,
} as const;

async function periodsOf(zone: string, granularity: string) {
  const range = granularity === "day" ? ["2017-12-25", "2019-01-10"] : ["2017-12-01", "2019-02-01"];
  const query = `from=${range[0]}&to=${range[1]}&tz=${zone}&granularity=${granularity}&team=${zone}&agent=periods`;
  const { status, json } = await api.get(`/v1/costs?${query}`, finance);
  expect([status, json.detail]).toEqual([200, undefined]);
  return json.rows as { period: string; period_start: string; calls: number }[];
}

describe("periods are of the asked zone", () => {
  for (const granularity of ["day", "week", "month"] as const)
    test.each([...new Set(TURNS.map(([zone]) => zone))])(`${granularity}s in %s`, async (zone) => {
      const expected = new Map<string, number>();
      for (const ms of instants.get(zone) ?? []) {
        const label = LABEL[granularity](localDay(ms, zone));
        expected.set(label, (expected.get(label) ?? 0) + 1);
      }
      const rows = await periodsOf(zone, granularity);
      expect(new Map(rows.map((row) => [row.period, row.calls]))).toEqual(
        new Map([...expected].sort(([a], [b]) => (a < b ? -1 : 1))),
      );
      for (const row of rows) {
        const start = Date.parse(row.period_start);
        expect(localDay(start, zone)).toBe(row.period);
        expect(localDay(start - 1, zone) < row.period).toBe(true);
      }
    });
});

describe("hours", () => {
  const hoursOf = async (zone: string, from: string, to: string) => {
    const query = `from=${from}&to=${to}&tz=${zone}&granularity=hour&team=${zone}&agent=periods`;
    const { json } = await api.get(`/v1/costs?${query}`, finance);
    return json.rows.map((row: { period: string; calls: number }) => [row.period, row.calls]);
  };

  test("the hour that comes twice is two periods", async () => {
    expect(await hoursOf("Europe/Berlin", "2018-10-28T00:00:00Z", "2018-10-28T02:00:00Z")).toEqual([
      ["2018-10-28T00:00:00.000Z", 4],
      ["2018-10-28T01:00:00.000Z", 5],
    ]);
  });

  test("begin at the full local hour where that is half past in UTC", async () => {
    expect(await hoursOf("Asia/Kolkata", "2018-06-30T18:00:00Z", "2018-06-30T19:30:00Z")).toEqual([
      ["2018-06-30T17:30:00.000Z", 2],
      ["2018-06-30T18:30:00.000Z", 5],
    ]);
  });
});

describe("dates in from and to are days of the zone", () => {
  test.each([
    ["2026-11-01", "America/New_York", "2026-11-01T04:00:00.000Z"],
    ["2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"], // at 01:00, there is no midnight
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00.000Z"], // the 30th never was
    ["2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00:00.000Z"],
    ["2026-01-01", "Asia/Kathmandu", "2025-12-31T18:15:00.000Z"],
  ])("%s in %s begins at %s", (date, zone, start) => {
    expect(new Date(instantOfLocalDate(date, zone)).toISOString()).toBe(start);
  });

  test("the range is half-open", async () => {
    const of = async (from: string, to: string) =>
      (await api.get(`/v1/costs?from=${from}&to=${to}&team=UTC&agent=periods`, finance)).json.totals.calls;
    const first = "2018-12-31T23:59:59.999Z";
    expect(await of(first, "2019-01-01T00:00:00Z")).toBe(1);
    expect(await of("2018-12-31T23:59:59.000Z", first)).toBe(0);
  });
});
