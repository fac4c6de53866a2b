import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partId } from "#core/identity.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { type EventFields, eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1992;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const AT = `${YEAR}-05-05T10:00:00.000Z`;

let store: Store;
let api: TestApi;
let finance: string;

const id = (name: string) => eventIdOf(`variance-${name}`);
const row = (name: string, ours: string | null, theirs: string | null, fields: Partial<EventFields> = {}) =>
  eventRow({
    event_id: id(name),
    at: AT,
    team: "red",
    source: "gw",
    model: "m",
    cost_usd: ours,
    cost_status: ours === null ? "unpriced" : "rated",
    gateway_cost: theirs,
    gateway_currency: theirs === null ? "" : "USD",
    ...fields,
  });

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  const inParts = (index: number, cost: string | null) =>
    row("with-parts", cost, null, {
      event_id: partId(id("with-parts"), index),
      kind: "part",
      part_of: id("with-parts"),
      model: "advisor",
    });
  await store.insertEvents([
    row("exact", "0.000000000007", "0.000000000007"),
    row("rounded", "0.1234567", "0.123457"),
    row("over", "1", "1.5", { at: `${YEAR}-05-06T10:00:00.000Z`, event_time: `${YEAR}-05-06T10:00:00.000Z` }),
    row("under", "2", "1.75", { team: "blue" }),
    row("zero", "0.25", "0"),
    row("only-ours", "3", null),
    row("only-theirs", null, "0.7"),
    // The gateway's figure stands in the place of ours: there is nothing of ours to compare.
    row("stands", "0.3", "0.3", { cost_status: "gateway" }),
    row("neither", null, null),
    row("euros", "4", "3.5", { gateway_currency: "EUR" }),
    row("euros-unpriced", null, "2", { gateway_currency: "EUR" }),
    // One figure for the whole call: 1 + 0.5 + 0.25 of ours.
    row("with-parts", "1", "1.75"),
    inParts(1, "0.5"),
    inParts(2, "0.25"),
    // Corrected by a run: what it was believed to cost is in no figure.
    row("corrected", "9", "5"),
    row("corrected", "9", "5", { epoch: 1, sign: -1 }),
    row("corrected", "5", "5", { epoch: 1 }),
    row("witness", "100", "1", { role: "evidence" }),
    row("other-source", "1", "1", { source: "other" }),
  ]);
});
afterAll(() => store.close());

const variance = (query = "") => api.get(`/v1/costs/variance?${RANGE}${query}`, finance);

describe("the gateway's own figures beside ours", () => {
  test("by model and source, exact, each call in one place", async () => {
    const { status, json } = await variance();
    expect(status).toBe(200);
    const [first, second, ...others] = json.rows;
    expect(others).toEqual([]);
    expect(second).toMatchObject({ source: "other", calls: 1, agree_exactly: 1, percent: "0" });
    expect(first).toEqual({
      model: "m",
      source: "gw",
      calls: 13,
      both_calls: 7,
      only_ours_calls: 1,
      only_gateway_calls: 2,
      neither_calls: 1,
      other_currency_calls: 2,
      // 0.000000000007 + 0.1234567 + 1 + 2 + 0.25 + 1.75 + 5
      ours: { amount: "10.123456700007", currency: "USD" },
      // 0.000000000007 + 0.123457 + 1.5 + 1.75 + 0 + 1.75 + 5
      gateway: { amount: "10.123457000007", currency: "USD" },
      difference: { amount: "0.0000003", currency: "USD" },
      percent: "0",
      // What cancels is in it: 0.0000003 + 0.5 + 0.25 + 0.25
      absolute_difference: { amount: "1.0000003", currency: "USD" },
      agree_exactly: 3,
      agree_within: 4,
      gateway_zero: 1,
      only_ours_cost: { amount: "3", currency: "USD" },
      only_gateway_cost: { amount: "1", currency: "USD" },
    });
    expect(json.totals).toMatchObject({ calls: 14, both_calls: 8, agree_exactly: 4 });
  });

  test("names the calls that are furthest apart, with the way to their explanation", async () => {
    const { json } = await variance("&largest=2");
    expect(json.largest).toEqual([
      {
        event_id: id("over"),
        event_time: `${YEAR}-05-06T10:00:00.000Z`,
        team: "red",
        model: "m",
        source: "gw",
        ours: { amount: "1", currency: "USD" },
        gateway: { amount: "1.5", currency: "USD" },
        difference: { amount: "0.5", currency: "USD" },
        explain: `/v1/costs/explain?event=${id("over")}`,
      },
      expect.objectContaining({ difference: { amount: "-0.25", currency: "USD" } }),
    ]);
    const all = (await variance("&largest=100")).json.largest;
    expect(all.map((one: { event_id: string }) => one.event_id).sort()).toEqual(
      [id("over"), id("under"), id("zero")].sort(),
    );
    expect((await variance("&largest=0")).json.largest).toEqual([]);
  });

  test("what rounding is can be said", async () => {
    expect((await variance("&tolerance=0")).json.totals.agree_within).toBe(4);
    const { json } = await variance("&tolerance=0.25");
    expect(json.totals.agree_within).toBe(7);
    expect(json.largest).toHaveLength(1);
  });

  test("other currencies are apart and in no sum", async () => {
    expect((await variance()).json.other_currencies).toEqual([
      {
        model: "m",
        source: "gw",
        calls: 2,
        gateway: { amount: "5.5", currency: "EUR" },
        ours: { amount: "4", currency: "USD" },
        ours_calls: 1,
      },
    ]);
  });

  test("by local day", async () => {
    const { json } = await variance("&granularity=day&source=gw");
    expect(json.rows.map(({ period, calls }: { period: string; calls: number }) => [period, calls])).toEqual([
      [`${YEAR}-05-05`, 12],
      [`${YEAR}-05-06`, 1],
    ]);
  });

  test("in the caller's scope, and narrowed", async () => {
    const viewer = await api.key({ role: "viewer", teams: ["blue"] });
    const { json } = await api.get(`/v1/costs/variance?${RANGE}`, viewer);
    expect([json.totals.calls, json.totals.difference.amount]).toEqual([1, "-0.25"]);
    expect((await variance("&model=advisor")).json.totals.calls).toBe(0);
    expect((await variance("&source=other&team=red&model=m")).json.totals.calls).toBe(1);
  });

  test("without parts in the range the text is shorter and the figures are the same", async () => {
    const { json } = await api.get(`/v1/costs/variance?from=${YEAR}-05-06&to=${YEAR}-05-07`, finance);
    expect(json.totals).toMatchObject({
      calls: 1,
      both_calls: 1,
      difference: { amount: "0.5" },
      percent: "50",
    });
  });

  test("as CSV", async () => {
    const { text, headers } = await variance("&format=csv&source=gw");
    const [head, first] = text.split("\r\n");
    expect(head).toMatch(/^model,source,calls,both_calls,ours_usd,gateway_usd,difference_usd,percent,/);
    expect(first).toMatch(/^m,gw,13,7,10\.123456700007,10\.123457000007,0\.0000003,0,1\.0000003,3,4,/);
    expect(headers["spendtrail-settings-offset"]).toBeDefined();
  });

  test.each([
    "tolerance=1e-6",
    "tolerance=-1",
    "largest=101",
    "granularity=month",
    "group_by=team",
    "format=ndjson",
  ])("%s is refused", async (query) => {
    expect((await variance(`&${query}`)).status).toBe(400);
  });
});
