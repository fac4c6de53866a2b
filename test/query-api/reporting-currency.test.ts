import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";

let kit: RollupGround;
let api: TestApi;
let admin: string;

const RATE = {
  id: "EUR:october",
  currency: "EUR",
  per_usd: "0.333333333333",
  rate_type: "month_average",
  source: "our treasury",
  stated_on: "2026-10-31",
  effective_from: "2026-10-01T00:00:00.000Z",
};

beforeAll(async () => {
  kit = await rollupGround();
  api = await makeApi({ clickhouseTeam: kit.clickhouse, clickhouseAll: kit.clickhouse });
  admin = await api.key({ role: "admin" });
  await kit.insert([
    ...Array.from({ length: 7 }, (_, number) =>
      call(`red${number}`, "2026-10-10T00:00:00.000Z", { cost_usd: "0.000000000001" }),
    ),
    call("blue", "2026-10-11T00:00:00.000Z", { team: "blue", cost_usd: "3" }),
    call("next", "2026-11-11T00:00:00.000Z", { team: "blue", cost_usd: "2" }),
  ]);
  await put(RATE);
  await put({ ...RATE, id: "EUR:november", per_usd: "0.5", effective_from: "2026-11-01T00:00:00.000Z" });
});
afterAll(() => kit.close());

async function put(value: typeof RATE): Promise<void> {
  const response = await api.app.inject({
    method: "PUT",
    url: `/v1/settings/currency_rate/${value.id}`,
    headers: { authorization: `Bearer ${admin}` },
    payload: { expected_version: 0, reason: "test", value },
  });
  expect([response.statusCode, response.body]).toEqual([200, expect.any(String)]);
}

const OCTOBER = "from=2026-10-01&to=2026-11-01&group_by=team&order=name&currency=EUR";

describe("currency=EUR", () => {
  test("converts each sum once by the rate in force when the range ends, and says which", async () => {
    const { json } = await api.get(`/v1/costs?${OCTOBER}`, admin);
    expect(json.converted_by).toEqual({
      currency: "EUR",
      per_usd: "0.333333333333",
      rate_id: "EUR:october",
      rate_version: 1,
      rate_type: "month_average",
      source: "our treasury",
      stated_on: "2026-10-31",
    });
    expect(json.rows.map((row: { reporting_cost: unknown }) => row.reporting_cost)).toEqual([
      { amount: "0.999999999999", currency: "EUR" },
      // Seven calls of 1e-12: converted call by call they would be nothing.
      { amount: "0.000000000002", currency: "EUR" },
    ]);
    expect(json.totals.reporting_cost).toEqual({ amount: "1.000000000001", currency: "EUR" });
    expect(json.totals.cost).toEqual({ amount: "3.000000000007", currency: "USD" });
    const next = await api.get("/v1/costs?from=2026-11-01&to=2026-12-01&currency=EUR", admin);
    expect(next.json.totals.reporting_cost.amount).toBe("1");
  });

  test("stands in a column of a CSV, with the rate in a header", async () => {
    const { text, headers } = await api.get(`/v1/costs?${OCTOBER}&format=csv`, admin);
    expect(headers["spendtrail-currency-rate"]).toBe("EUR:october;version=1");
    const [header = "", first = ""] = text.split("\r\n");
    expect(first.split(",")[header.split(",").indexOf("cost_eur")]).toBe("0.999999999999");
  });

  test("is absent where nobody asked for it", async () => {
    const { json } = await api.get("/v1/costs?from=2026-10-01&to=2026-11-01", admin);
    expect([json.converted_by, json.totals.reporting_cost]).toEqual([undefined, undefined]);
  });

  test.each([
    ["currency=CHF", "no rate of any type for CHF is in force at 2026-10-31T23:59:59.999Z"],
    ["currency=EUR&rate_type=spot", "no rate of spot for EUR"],
    ["currency=euro", "is no ISO 4217 code"],
  ])("%s is refused", async (query, words) => {
    const answer = await api.get(`/v1/costs?from=2026-10-01&to=2026-11-01&${query}`, admin);
    expect([answer.status, answer.json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(answer.text).toContain(words);
  });
});
