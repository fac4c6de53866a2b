import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "#test/core/seeded.ts";
import { call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";
import { awkwardCalls, timeOf } from "#test/query-api/awkward-calls.ts";

const DAY_MS = 86_400_000;
const random = seeded(101);
/** Around the changes of clocks in New York, Berlin and Lord Howe, in spring and in autumn. */
const SPRING = { fromMs: Date.UTC(2026, 2, 6), days: 32, asked: "from=2026-03-06&to=2026-04-06" };
const AUTUMN = { fromMs: Date.UTC(2026, 9, 2), days: 34, asked: "from=2026-10-02&to=2026-11-04" };
const anyCalls = (name: string, count: number) =>
  awkwardCalls(name, count, random, () => {
    const { fromMs, days } = random.pick([SPRING, AUTUMN]);
    // Close to the begins of days as well, where a call is easily put into the wrong one.
    const minute = random.pick([random.below(1440), random.below(96) * 15, random.below(96) * 15 - 1]);
    return fromMs + random.below(days) * DAY_MS + minute * 60_000 + random.pick([0, 59_999]);
  });
const ZONES = [
  ...["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Europe/Berlin", "Europe/London"],
  ...["Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham", "Pacific/Kiritimati"],
];
const QUESTIONS = ZONES.flatMap((tz) =>
  [SPRING, AUTUMN].map(({ asked }) => `${asked}&granularity=day&group_by=team,model&tz=${tz}`),
);
const SOME = QUESTIONS.filter((question) => /Kathmandu|New_York|Lord_Howe/.test(question));
const BESIDES = [
  AUTUMN.asked,
  `${AUTUMN.asked}&granularity=month&tz=America/New_York&group_by=gateway,platform&order=calls`,
  `${AUTUMN.asked}&granularity=week&week_start=sunday&tz=Europe/Berlin&group_by=provider,status`,
  "from=2026-02-01&to=2026-12-01&granularity=fiscal_month&fiscal_start=04-06&tz=Asia/Kathmandu",
  "from=2026-10-23T22:07:00.001Z&to=2026-11-02T13:33:33.333Z&group_by=team,model",
  `${AUTUMN.asked}&granularity=day&team=red&team=&status=error&provider=aws&model=claude-opus&order=name`,
];

let kit: RollupGround;
let api: TestApi;
let finance: string;
let viewer: string;

beforeAll(async () => {
  kit = await rollupGround();
  api = await makeApi({ clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse });
  finance = await api.key({ role: "finance" });
  viewer = await api.key({ role: "viewer", teams: ["red", "moved"] });
  await kit.insert(anyCalls("first", 3_000));
  await kit.round();
  await kit.spans();
}, 240_000);
afterAll(() => kit.close());

async function ask(question: string, token: string, read: "auto" | "calls") {
  const { status, json } = await api.get(`/v1/costs?${question}&read=${read}`, token);
  expect([status, json.detail]).toEqual([200, undefined]);
  const { totals, rows, unpriced_calls, gateway_cost } = json;
  for (const row of [totals, ...rows]) delete row.requests;
  return { figures: { totals, rows, unpriced_calls, gateway_cost }, readFrom: json.read_from as string };
}

async function expectSame(questions: readonly string[], token = finance): Promise<void> {
  for (const question of questions) {
    const rolled = await ask(question, token, "auto");
    expect([question, rolled.readFrom]).toEqual([question, "cost_spans"]);
    expect(rolled.figures, question).toEqual((await ask(question, token, "calls")).figures);
  }
}

describe("costs of whole stretches are those of the calls to the last digit", () => {
  test.each(ZONES)("by team, model and day over both changes of clocks: %s", async (zone) => {
    await expectSame(QUESTIONS.filter((question) => question.endsWith(`tz=${zone}`)));
  });

  test("by longer periods, with filters, from and to any moment, and for some teams", async () => {
    await expectSame(BESIDES);
    await expectSame([...BESIDES, ...SOME.slice(0, 3)], viewer);
  });

  test("hours, persons and what calls alone know are read as before", async () => {
    for (const [more, from] of [
      ["granularity=hour", "cost_5m"],
      ["group_by=session", "calls"],
      ["granularity=day&book_as_of=run-0", "calls"],
    ] as const) {
      const rolled = await ask(`from=2026-10-24&to=2026-10-27&${more}`, finance, "auto");
      const raw = await ask(`from=2026-10-24&to=2026-10-27&${more}`, finance, "calls");
      expect([more, rolled.readFrom]).toEqual([more, from]);
      expect(rolled.figures).toEqual(raw.figures);
    }
  });

  test("a stretch that the five minutes went ahead of is not read: late, better and moved calls", async () => {
    await kit.insert([
      call("late-1", "2026-10-25T00:59:59.999Z"),
      call("late-2", "2026-03-29T01:00:00.000Z", { team: "green", cost_usd: "3" }),
      call("late-3", "2026-10-31T23:30:00.000Z", { epoch: 1, sign: -1 }),
      call("late-3", "2026-10-31T23:30:00.000Z", { epoch: 1, team: "moved" }),
      // Its clock ran ahead by more than a day.
      call("late-4", "2026-10-30T12:00:00.000Z", { event_time: "2026-10-28T23:58:00.000Z" }),
    ]);
    await kit.round();
    await expectSame([...SOME, ...BESIDES]);
    expect(await kit.spans()).toBeGreaterThan(100);
    await expectSame(SOME);
    expect(await kit.spans()).toBe(0);
  });

  test("what the five minutes are behind with is read from the calls, and from no stretch", async () => {
    await kit.insert([
      call("behind-1", "2026-10-25T00:30:00.000Z"),
      call("behind-2", timeOf(AUTUMN.fromMs), { team: "blue" }),
      call("behind-3", "2026-11-02T13:31:00.000Z"),
      call("behind-4", "2026-10-24T18:15:00.000Z", { cost_usd: null, cost_status: "unpriced" }),
    ]);
    await expectSame([...SOME, ...BESIDES]);
    await kit.round();
    await kit.spans();
    await expectSame(BESIDES);
  });
});

test("where the stretches of most days are not made yet, all is read by five minutes", async () => {
  await kit.clickhouse.command("TRUNCATE TABLE cost_spans_v1");
  const rolled = await ask(`${AUTUMN.asked}&granularity=day`, finance, "auto");
  expect(rolled.readFrom).toBe("cost_5m");
  expect(rolled.figures).toEqual((await ask(`${AUTUMN.asked}&granularity=day`, finance, "calls")).figures);
});
