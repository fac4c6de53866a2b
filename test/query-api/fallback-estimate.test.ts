import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fallbackEstimate, fallbackRatesOf, findFallbackRate } from "#core/fallback-rates.ts";
import { addMoney, formatMoney } from "#core/money.ts";
import { FallbackRateSetting } from "#core/settings/fallback-rate.ts";
import { seeded } from "#test/core/seeded.ts";
import { COST_5M_BY_USER, call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";
import { type EventFields, eventIdOf } from "#test/support/event-row.ts";

const { below, pick } = seeded(151);
const rate = (id: string, change: object) =>
  FallbackRateSetting.parse({
    id,
    usd_per_mtok: { input: `${below(90)}.${below(900_000) + 100_000}`, output: String(below(400)) },
    effective_from: "2026-10-01T00:00:00.000Z",
    ...change,
  });
/** Overlapping on purpose, and none for bedrock but by the name. */
const RATES = [
  rate("everything", { platform: "vllm" }),
  rate("house", { model: "house-*", platform: null }),
  rate("house-late", { model: "house-*", effective_from: "2026-10-20T12:05:00.000Z" }),
  rate("large", { model: "house-large", effective_to: "2026-10-25T00:00:00.000Z" }),
  rate("percent", { model: "100%_*" }),
  // No other names it, so a pattern with several pieces decides.
  rate("pieces", { model: "*t*h*r", platform: "bedrock" }),
  rate("ends", { model: "1*t", platform: "bedrock" }),
];
const MODELS = ["house-large", "house-small", "100%_sure", "100 per cent", "other"];

const calls: readonly EventFields[] = Array.from({ length: 600 }, (_, number) => {
  const at = new Date(Date.UTC(2026, 9, 10) + below(20 * 86_400_000)).toISOString();
  const status = pick(["unpriced", "unpriced", "rated"]);
  return call(`guess${number}`, at, {
    team: pick(["red", "blue"]),
    platform: pick(["vllm", "bedrock"]),
    model: pick(MODELS),
    model_canonical: pick(["", "", "house-large"]),
    cost_status: status,
    cost_usd: status === "rated" ? "0.5" : null,
    input_tokens: pick([null, below(1e9)]),
    cache_read_tokens: pick([null, below(1e9)]),
    cache_write_5m_tokens: pick([null, below(1e6)]),
    cache_write_1h_tokens: pick([null, below(1e6)]),
    cache_write_tokens: pick([null, below(1e6)]),
    output_tokens: pick([null, below(1e6)]),
    thinking_tokens: 7,
  });
});

/** The same by the code of `core/`, call by call. */
function onPaper(some: readonly EventFields[]): { units: string | null; calls: number } {
  const rates = fallbackRatesOf(RATES.map((value) => ({ value })));
  const count = (value: unknown) => (typeof value === "number" ? BigInt(value) : null);
  const estimates = some
    .filter((one) => one.cost_status === "unpriced")
    .flatMap((one) => {
      const { model, model_canonical, platform, at, ...more } = one as Record<string, unknown>;
      const name = String(model_canonical === "" ? model : model_canonical);
      const where = { platform: String(platform), atMs: Date.parse(String(at)) };
      const found = findFallbackRate(rates, { model: name, ...where });
      const meters = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, count(value)]));
      return found === null ? [] : [fallbackEstimate(found, meters)];
    });
  return {
    units: estimates.length === 0 ? null : formatMoney(addMoney(estimates)),
    calls: estimates.length,
  };
}

let kit: RollupGround;
let api: TestApi;
let admin: string;
let viewer: string;

beforeAll(async () => {
  kit = await rollupGround();
  api = await makeApi({ clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse });
  admin = await api.key({ role: "admin" });
  viewer = await api.key({ role: "viewer", teams: ["red"] });
  await kit.insert(calls);
});
afterAll(() => kit.close());

async function put(id: string, value: object | null, expected_version = 0, token = admin) {
  return api.app.inject({
    method: "PUT",
    url: `/v1/settings/fallback_rate/${id}`,
    headers: { authorization: `Bearer ${token}` },
    payload: { expected_version, reason: "test", value },
  });
}
const RANGE = "from=2026-10-01&to=2026-11-01";
const costs = async (more = "", token = admin) => (await api.get(`/v1/costs?${RANGE}${more}`, token)).json;
const shown = ({ fallback_estimate_usd: units, fallback_calls: calls }: Record<string, unknown>) => ({
  units,
  calls,
});
let before: { totals: Record<string, unknown> };

describe("what budgets take unpriced calls for", () => {
  test("is null where nobody set a rate", async () => {
    before = await costs("&read=calls");
    expect(shown(before.totals)).toEqual({ units: null, calls: 0 });
  });

  test("is what the rates come to call by call, and the cost is what it was", async () => {
    for (const value of RATES) expect((await put(value.id, value)).statusCode).toBe(200);
    const { totals } = await costs("&read=calls");
    const paper = onPaper(calls);
    expect(paper.calls).toBeGreaterThan(100);
    expect(shown(totals)).toEqual(paper);
    const { fallback_estimate_usd: _, fallback_calls: __, ...rest } = totals;
    const { fallback_estimate_usd: ___, fallback_calls: ____, ...restBefore } = before.totals;
    expect(rest).toEqual(restBefore);
  });

  test.each([
    ["&group_by=team,model,platform", "cost_5m"],
    ["&group_by=team,model,platform,user", "cost_5m_by_user"],
    ["&group_by=team,model,platform&read=calls", "calls"],
    ["&group_by=team,model,platform&granularity=day", "cost_5m"],
    // A rate that begins or ends in the middle of a day is for a part of it.
    ["&group_by=team,model,platform", "cost_spans"],
    ["&group_by=team,model,platform&granularity=day", "cost_spans"],
  ] as const)("is the same in every group of %s read from %s", async (more, from) => {
    await kit.round();
    await kit.round(COST_5M_BY_USER);
    if (from === "cost_spans") await kit.spans();
    const answer = await costs(more);
    expect(answer.read_from).toBe(from);
    expect(shown(answer.totals)).toEqual(onPaper(calls));
    for (const row of answer.rows) {
      const name = (one: EventFields) => String(one["model_canonical"] || one["model"]);
      const its = calls.filter(
        (one) =>
          one.team === row.team &&
          name(one) === row.model &&
          one.platform === row.platform &&
          (row.period === undefined || one.at.startsWith(row.period)),
      );
      expect([row, shown(row)]).toEqual([row, onPaper(its)]);
    }
  });

  test("is that of its teams for a viewer", async () => {
    expect(shown((await costs("", viewer)).totals)).toEqual(
      onPaper(calls.filter(({ team }) => team === "red")),
    );
  });

  test("stands in the CSV, beside the range before, and by the settings of then", async () => {
    const { text } = await api.get(`/v1/costs?${RANGE}&format=csv`, admin);
    const [head = "", first = ""] = text.split("\r\n");
    const at = head.split(",").indexOf("fallback_estimate_usd");
    expect(first.split(",").slice(at, at + 2)).toEqual([onPaper(calls).units, String(onPaper(calls).calls)]);
    const { totals } = await costs("&compare=previous");
    expect(shown(totals.previous)).toEqual({ units: null, calls: 0 });
    expect(shown((await costs("&book_as_of=1")).totals)).toEqual({ units: null, calls: 0 });
  });

  test("is in no export and in no journal", async () => {
    for (const path of [
      `/v1/exports/costs?${RANGE}&grain=call`,
      `/v1/exports/costs?${RANGE}&grain=day`,
      `/v1/exports/focus?${RANGE}`,
      `/v1/exports/journal?${RANGE}&expense_account=6100&clearing_account=2400`,
    ]) {
      const { status, text, trailers } = await api.get(path, admin);
      expect([path, status]).toEqual([path, 200]);
      expect(text + Buffer.from(trailers["spendtrail-manifest"] ?? "", "base64url")).not.toContain(
        "fallback",
      );
    }
  });

  test("drops out once a run has rated the call", async () => {
    const one = calls.find(
      (row) => row.cost_status === "unpriced" && row["model"] === "house-small",
    ) as EventFields;
    await kit.insert([
      { ...one, epoch: 1, sign: -1 },
      { ...one, epoch: 1, sign: 1, cost_status: "rated", cost_usd: "1" },
    ]);
    const left = onPaper(calls.filter((row) => row !== one));
    expect(left).not.toEqual(onPaper(calls));
    for (const more of ["", "&read=calls"]) expect(shown((await costs(more)).totals)).toEqual(left);
    await kit.round();
    expect(shown((await costs()).totals)).toEqual(left);
  });

  test("is in the explanation of the call, with the rate that it is by", async () => {
    const at = "2026-10-21T00:00:00.000Z";
    await kit.insert([
      call("explained", at, {
        cost_status: "unpriced",
        cost_usd: null,
        model: "house-x",
        settings_offset: 1,
      }),
      call("unnamed", at, { cost_status: "unpriced", cost_usd: null, model: "x", settings_offset: 1 }),
    ]);
    const told = async (id: string) =>
      (await api.get(`/v1/costs/explain?event=${eventIdOf(id)}`, admin)).json.events[0].fallback;
    const { usd_per_mtok } = RATES[2] as FallbackRateSetting;
    expect(await told("explained")).toMatchObject({
      ...{ rate_id: "house-late", model: "house-*", platform: null },
      ...{ input_usd_per_mtok: usd_per_mtok.input, output_usd_per_mtok: usd_per_mtok.output },
      estimate_usd: expect.stringMatching(/^0\.0\d+$/),
    });
    expect(await told("unnamed")).toBeNull();
  });

  test("goes with the rate that is removed; only admins set one, and a bad one is refused", async () => {
    expect((await put("house-late", null, 1, viewer)).statusCode).toBe(403);
    const [, , late] = RATES;
    for (const input of ["-1", 1.5, "1e3", ""]) {
      const bad = await put("bad", { ...late, id: "bad", usd_per_mtok: { input, output: "1" } });
      expect([input, bad.statusCode, bad.json().code]).toEqual([input, 422, "SETTING_INVALID"]);
    }
    for (const { id } of RATES) expect((await put(id, null, 1)).statusCode).toBe(200);
    expect(shown((await costs()).totals)).toEqual({ units: null, calls: 0 });
  });
});
