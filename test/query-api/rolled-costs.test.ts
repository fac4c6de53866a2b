import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "#test/core/seeded.ts";
import { COST_5M_BY_USER, call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";
import { awkwardCalls, timeOf } from "#test/query-api/awkward-calls.ts";

const START_MS = Date.UTC(2026, 9, 20);
const SPAN_MS = 30 * 86_400_000;
const random = seeded(90);
const anyCalls = (name: string, count: number) =>
  awkwardCalls(name, count, random, () => START_MS + random.below(SPAN_MS));
const first = anyCalls("first", 3_000);

let kit: RollupGround;
let api: TestApi;
let finance: string;
let viewer: string;

beforeAll(async () => {
  kit = await rollupGround();
  api = await makeApi({ clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse });
  finance = await api.key({ role: "finance" });
  viewer = await api.key({ role: "viewer", teams: ["red", "moved"] });
  await kit.insert(first);
});
afterAll(() => kit.close());

const WHOLE = "from=2026-10-01&to=2026-12-01";
const QUESTIONS = [
  WHOLE,
  `${WHOLE}&granularity=day&group_by=team,model`,
  `${WHOLE}&granularity=day&group_by=team,model&tz=Asia/Kathmandu`,
  `${WHOLE}&granularity=week&group_by=provider,status&tz=America/New_York`,
  `${WHOLE}&granularity=month&tz=Asia/Kolkata&group_by=gateway,platform&order=calls`,
  "from=2026-10-25&to=2026-11-05&granularity=hour&group_by=team&tz=Australia/Lord_Howe",
  "from=2026-10-25T00:01:00.001Z&to=2026-11-05T13:33:33.333Z&group_by=team,model",
  "from=2026-10-25T00:01:00Z&to=2026-10-25T00:02:00Z",
  "from=2026-10-25T00:01:00Z&to=2026-10-25T00:08:00Z&group_by=team",
  "from=2026-10-25T00:05:00Z&to=2026-11-06T00:11:00Z&team=red&team=&status=error",
  `${WHOLE}&group_by=model&model=claude-opus&provider=aws&order=name`,
  `${WHOLE}&granularity=day&group_by=user,api_key,agent,team&user=u_1&user=`,
];

/** The figures of an answer, and what it was read from. `requests` is of the calls alone. */
async function ask(question: string, token: string, read: "auto" | "calls") {
  const { status, json } = await api.get(`/v1/costs?${question}&read=${read}`, token);
  expect([status, json.detail]).toEqual([200, undefined]);
  const { totals, rows, unpriced_calls, gateway_calls, gateway_cost } = json;
  const requests = [totals, ...rows].map((row) => row.requests);
  for (const row of [totals, ...rows]) delete row.requests;
  const figures = { totals, rows, unpriced_calls, gateway_calls, gateway_cost };
  return { figures, requests, readFrom: json.read_from as string, behind: json.buckets_behind as number };
}

async function expectSame(token: string): Promise<number> {
  let behind = 0;
  for (const question of QUESTIONS) {
    const rolled = await ask(question, token, "auto");
    const raw = await ask(question, token, "calls");
    expect(raw.readFrom).toBe("calls");
    expect([question, rolled.readFrom]).toEqual([
      question,
      question.includes("user") ? "cost_5m_by_user" : "cost_5m",
    ]);
    expect(rolled.figures).toEqual(raw.figures);
    expect(rolled.requests.every((count) => count === null || count === 0)).toBe(true);
    behind += rolled.behind;
  }
  return behind;
}

describe("costs of rollups are those of the calls", () => {
  test("before any round the calls answer", async () => {
    const { readFrom, figures } = await ask(WHOLE, finance, "auto");
    expect([readFrom, figures.totals.calls > 2_000]).toEqual(["calls", true]);
  });

  test("to the last digit after a round, for all teams and for some", async () => {
    await kit.round();
    await kit.round(COST_5M_BY_USER);
    expect(await expectSame(finance)).toBe(0);
    expect(await expectSame(viewer)).toBe(0);
  });

  test("a group of nothing but unpriced parts of calls is a row, and totals are those of any grouping", async () => {
    for (const read of ["auto", "calls"] as const) {
      const byModel = (await ask(`${WHOLE}&group_by=model`, finance, read)).figures;
      const byTeam = (await ask(`${WHOLE}&group_by=team`, finance, read)).figures;
      const group = byModel.rows.find(({ model }: { model: string }) => model === "advisor");
      expect([group?.calls, group?.unpriced_calls]).toEqual([
        0,
        first.filter(({ model }) => model === "advisor").length,
      ]);
      expect(byModel.totals).toEqual(byTeam.totals);
    }
  });

  test("to the last digit while the rollups are behind: those buckets are read from the calls", async () => {
    await kit.insert([
      ...anyCalls("second", 60),
      // In the five minutes that ranges above cut: behind and cut, and still to be counted once.
      call("cut-1", "2026-10-25T00:01:30.000Z"),
      call("cut-2", "2026-11-05T13:33:00.000Z"),
    ]);
    // A better copy and a correction of what the rollup has already seen.
    const [one, other] = first.filter(({ sign, team }) => sign !== -1 && team === "red");
    if (one === undefined || other === undefined) throw new Error("two calls");
    await kit.insert([
      { ...one, version: 3, cost_usd: "7", cost_status: "rated" },
      { ...other, epoch: 7, sign: -1 },
      { ...other, epoch: 7, team: "blue" },
    ]);
    expect(await expectSame(finance)).toBeGreaterThan(60);
    expect(await expectSame(viewer)).toBeGreaterThan(60);
    await kit.round();
    await kit.round(COST_5M_BY_USER);
    expect(await expectSame(finance)).toBe(0);
  });

  test("what only calls know is read from them: sessions, and requests where they were asked for", async () => {
    expect((await ask(`${WHOLE}&group_by=team&session=session-first6`, finance, "auto")).readFrom).toBe(
      "calls",
    );
    const { requests } = await ask(WHOLE, finance, "calls");
    expect(requests[0]).toBeGreaterThan(2_000);
  });

  test("many buckets behind, as after an import: the calls answer", async () => {
    const many = Array.from({ length: 300 }, (_, number) =>
      call(`many${number}`, timeOf(START_MS + number * 300_000)),
    );
    await kit.insert(many);
    const { readFrom, figures } = await ask(WHOLE, finance, "auto");
    expect(readFrom).toBe("calls");
    expect(figures).toEqual((await ask(WHOLE, finance, "calls")).figures);
    await kit.round();
    expect((await ask(WHOLE, finance, "auto")).readFrom).toBe("cost_5m");
  });

  test("a month that was dropped is not answered from its old sums", async () => {
    await kit.clickhouse.command("ALTER TABLE events_v1 DROP PARTITION 202610", { name: "drop" });
    const { readFrom, figures } = await ask(WHOLE, finance, "auto");
    expect(readFrom).toBe("calls");
    expect(figures).toEqual((await ask(WHOLE, finance, "calls")).figures);
  });
});
