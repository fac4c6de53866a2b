import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partId } from "#core/identity.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { plus, type Ratio, ratio, same, times } from "#test/core/ratio.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { type EventFields, eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1974;
const AT = `${YEAR}-05-05T10:00:00.000Z`;
const RATES = {
  input_tokens: "5",
  cache_read_tokens: "0.5",
  cache_write_5m_tokens: "6.25",
  output_tokens: "25",
};
const METERS = {
  input_tokens: 4,
  cache_read_tokens: 18_240,
  cache_write_5m_tokens: 1930,
  output_tokens: 1105,
};

let store: Store;
let api: TestApi;
let finance: string;
let viewer: string;
/** Offsets of the settings after the price row, after the discount, and after the price was corrected. */
const known: Record<"listed" | "discounted" | "corrected", number> = {
  listed: 0,
  discounted: 0,
  corrected: 0,
};

const id = (name: string) => eventIdOf(`explain-${name}`);
const row = (fields: Partial<EventFields> & { event_id: string }) =>
  eventRow({
    at: AT,
    team: "explain",
    model: "explained-model",
    model_canonical: "",
    platform: "explained",
    cost_status: "rated",
    price_id: "explained",
    ...METERS,
    settings_offset: known.listed,
    ...fields,
  });

async function put(kind: string, value: { id: string }, expected_version: number): Promise<number> {
  const admin = await api.key({ role: "admin" });
  const { statusCode, body } = await api.app.inject({
    method: "PUT",
    url: `/v1/settings/${kind}/${value.id}`,
    headers: { authorization: `Bearer ${admin}` },
    payload: { expected_version, value, reason: "a test" },
  });
  expect([statusCode, body]).toEqual([200, body]);
  return JSON.parse(body).settings_offset;
}

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  viewer = await api.key({ role: "viewer", teams: ["explain"] });
  const price = priceRow("explained", {
    platform: "explained",
    model: "explained-model",
    effective_from: "1970-01-01T00:00:00.000Z",
    usd_per_mtok: RATES,
    usd_per_request: { web_search_requests: "0.01" },
  });
  known.listed = await put("price", price, 0);
  const deal = discountRow("deal", {
    platform: "explained",
    percent: "7.5",
    effective_from: "1970-01-01T00:00:00.000Z",
  });
  known.discounted = await put("discount", deal, 0);
  const corrected = { ...price, usd_per_mtok: { ...price.usd_per_mtok, output_tokens: "26" } };
  known.corrected = await put("price", corrected as typeof price, 1);

  const call = id("with-parts");
  await store.insertEvents([
    row({ event_id: id("list"), cost_usd: "0.0488275", web_search_requests: 0 }),
    row({ event_id: id("deal"), cost_usd: "0.0451654375", settings_offset: known.discounted }),
    row({ event_id: id("wrong"), cost_usd: "0.04882751" }),
    row({
      event_id: id("unpriced"),
      cost_usd: null,
      cost_status: "unpriced",
      cost_note: "no_price",
      model: "nobody-s",
    }),
    row({ event_id: id("other-team"), team: "foreign", cost_usd: "0.0488275" }),
    row({ event_id: id("later"), cost_usd: "0.0488275", settings_offset: 9_999_999 }),
    // Two places of one call: what it was believed to cost, taken back, and what stands.
    row({ event_id: id("moved"), cost_usd: "1", session_id: "a" }),
    row({ event_id: id("moved"), cost_usd: "1", session_id: "a", epoch: 1, sign: -1 }),
    row({ event_id: id("moved"), cost_usd: "0.0488275", session_id: "a", epoch: 1 }),
    row({ event_id: call, cost_usd: "0.0488275" }),
    row({
      event_id: partId(call, 1),
      kind: "part",
      part_of: call,
      cost_usd: "0.000025",
      ...{ input_tokens: 0, cache_read_tokens: 0, cache_write_5m_tokens: 0, output_tokens: 1 },
    }),
  ]);
});
afterAll(() => store.close());

const explain = (name: string, token = finance) => api.get(`/v1/costs/explain?event=${id(name)}`, token);

/** The lines worked out with fractions, as on paper, and their sum. */
function byHand(
  lines: readonly { quantity: string; list_rate: string; per: number }[],
  percent = "0",
): Ratio {
  let sum = ratio("0");
  for (const { quantity, list_rate, per } of lines)
    sum = plus(sum, times(times(ratio(quantity), ratio(list_rate)), { over: 1n, under: BigInt(per) }));
  const kept = {
    over: 100n * ratio(percent).under - ratio(percent).over,
    under: 100n * ratio(percent).under,
  };
  return times(sum, kept);
}

describe("a cost, line by line", () => {
  test("adds up by hand to the stored figure, to the last digit", async () => {
    const { status, json } = await explain("list");
    expect(status).toBe(200);
    const [event] = json.events;
    const { by_its_book: then } = event;
    expect(then.lines.map(({ arithmetic }: { arithmetic: string }) => arithmetic)).toEqual([
      "4 x 5 / 1000000 = 0.00002",
      "18240 x 0.5 / 1000000 = 0.00912",
      "1930 x 6.25 / 1000000 = 0.0120625",
      "1105 x 25 / 1000000 = 0.027625",
    ]);
    expect(same(byHand(then.lines), ratio(event.stored.cost.amount))).toBe(true);
    expect(then).toMatchObject({
      settings_offset: known.listed,
      price_id: "explained",
      price_sources: ["a test"],
      discount: null,
      list_cost: { amount: "0.0488275", currency: "USD" },
      cost: { amount: "0.0488275" },
    });
    expect(json).toMatchObject({ agrees: true, cost: { amount: "0.0488275" } });
  });

  test("with the discount of its time, whose list price is still said", async () => {
    const { json } = await explain("deal");
    const [{ by_its_book: then, stored }] = json.events;
    expect(then).toMatchObject({
      discount: { id: "deal", percent: "7.5" },
      list_cost: { amount: "0.0488275" },
      cost: { amount: "0.0451654375" },
    });
    expect(then.lines[2].arithmetic).toBe("1930 x 6.25 / 1000000 = 0.0120625, less 7.5 % = 0.0111578125");
    expect(same(byHand(then.lines, "7.5"), ratio(stored.cost.amount))).toBe(true);
    expect(json.agrees).toBe(true);
  });

  test("and where the book of today says otherwise, that", async () => {
    const { json } = await explain("list");
    expect(json).toMatchObject({ differs_today: true, cost_today: { amount: "0.0461875625" } });
    expect(json.events[0].by_todays_book).toMatchObject({
      settings_offset: Number(known.corrected) + 0,
      discount: { id: "deal" },
      list_cost: { amount: "0.0499325" },
    });
  });

  test("a stored figure that its own book does not give is said to be one", async () => {
    const { json } = await explain("wrong");
    expect(json).toMatchObject({
      agrees: false,
      events: [{ stored: { cost: { amount: "0.04882751" } }, agrees: false }],
    });
  });

  test("an unpriced call has no lines and says why", async () => {
    const { json } = await explain("unpriced");
    expect(json).toMatchObject({ cost: null, agrees: true, differs_today: false });
    expect(json.events[0].by_its_book).toMatchObject({ lines: [], cost: null, note: "unmapped_model" });
  });

  test("parts come with their call, and a correction in the place of what it took back", async () => {
    const { json } = await explain("with-parts");
    expect(json.events.map(({ kind }: { kind: string }) => kind)).toEqual(["response", "part"]);
    expect(json).toMatchObject({ agrees: true, cost: { amount: "0.0488525" } });
    expect((await explain("moved")).json).toMatchObject({ agrees: true, cost: { amount: "0.0488275" } });
  });
});

describe("who may see it", () => {
  test("a viewer its team's; another's and what never was are told the same", async () => {
    expect((await explain("list", viewer)).json.events).toHaveLength(1);
    const [foreign, never] = [await explain("other-team", viewer), await explain("never", viewer)];
    const { request_id: _a, ...told } = foreign.json;
    const { request_id: _b, ...toldToo } = never.json;
    expect([foreign.status, told]).toEqual([404, toldToo]);
    expect((await explain("other-team")).status).toBe(200);
  });

  test("the read is recorded before the answer leaves; without the log no answer", async () => {
    await explain("list", viewer);
    expect(api.acts).toContainEqual(
      expect.objectContaining({
        act: "audit.read",
        subject: "/v1/costs/explain",
        detail: { event: id("list") },
      }),
    );
    const deaf = await makeApi(
      { clickhouseTeam: store.team, clickhouseAll: store.all },
      { recordAct: () => Promise.reject(new Error("no broker")) },
    );
    const token = await deaf.key({ role: "finance" });
    const { status, json } = await deaf.get(`/v1/costs/explain?event=${id("list")}`, token);
    expect([status, json.code]).toEqual([503, "ACT_NOT_RECORDED"]);
  });

  test.each(["", "x", "'; DROP TABLE events_v1", id("list").toUpperCase().replace(/\d/g, "G")])(
    "event=%s is a fault",
    async (event) => {
      const { status } = await api.get(`/v1/costs/explain?event=${encodeURIComponent(event)}`, finance);
      expect(status).toBe(400);
    },
  );

  test("a figure of a book that is not known here yet is not guessed at", async () => {
    const { status, json } = await explain("later");
    expect([status, json.code]).toEqual([503, "SETTINGS_NOT_FOLLOWED"]);
  });
});

describe("list, contracted, effective and billed cost", () => {
  const usd = (amount: string) => ({ amount, currency: "USD" });
  test.each([
    ["list", "0.0488275", "0.0488275", "0.0488275"],
    ["deal", "0.0488275", "0.0451654375", "0.0451654375"],
    // What stands is another figure than its book gives: that is seen here too.
    ["wrong", "0.0488275", "0.0488275", "0.04882751"],
    ["with-parts", "0.0488525", "0.0488525", "0.0488525"],
  ])("of %s", async (name, list, contracted, billed) => {
    expect((await explain(name)).json.figures).toEqual({
      list: usd(list),
      contracted: usd(contracted),
      effective: usd(contracted),
      billed: usd(billed),
    });
  });

  test("an unpriced call has none of them; one at the gateway's figure is only billed", async () => {
    const none = { list: null, contracted: null, effective: null, billed: null };
    expect((await explain("unpriced")).json.figures).toEqual(none);
    await store.insertEvents([
      row({
        event_id: id("gateway"),
        model: "nobody-s",
        cost_usd: "0.5",
        cost_status: "gateway",
        cost_note: "unmapped_model",
        gateway_cost: "0.5",
        gateway_currency: "USD",
        source: "trusted",
        settings_offset: await trusted(),
      }),
    ]);
    expect((await explain("gateway")).json.figures).toEqual({ ...none, billed: usd("0.5") });
  });
});

/** The offset of a source whose own figure may stand. */
async function trusted(): Promise<number> {
  const admin = await api.key({ role: "admin" });
  const { body } = await api.app.inject({
    method: "PUT",
    url: "/v1/settings/source/trusted",
    headers: { authorization: `Bearer ${admin}` },
    payload: {
      expected_version: 0,
      value: { name: "trusted", gateway: "litellm", allow_gateway_cost: true },
      reason: "a test",
    },
  });
  return JSON.parse(body).settings_offset;
}
