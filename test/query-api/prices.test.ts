import { beforeAll, describe, expect, test } from "vitest";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";

/** The book is in the settings: nothing here may ask the store. */
const unasked = {
  query: () => {
    throw new Error("prices are not read from the store");
  },
};

let api: TestApi;
let admin: string;

beforeAll(async () => {
  api = await makeApi({ clickhouseTeam: unasked, clickhouseAll: unasked });
  admin = await api.key({ role: "admin" });
});

async function put(kind: string, value: { id: string }, expected_version = 0) {
  const { statusCode, body } = await api.app.inject({
    method: "PUT",
    url: `/v1/settings/${kind}/${value.id}`,
    headers: { authorization: `Bearer ${admin}` },
    payload: { expected_version, value, reason: "a test" },
  });
  return { status: statusCode, json: JSON.parse(body) };
}
const prices = async (query = "") => (await api.get(`/v1/prices${query}`, admin)).json;

test("the book as it was known: a rise that was scheduled and cancelled, and a discount that came later", async () => {
  const rise = priceRow("rise", { effective_from: "2026-09-01T00:00:00.000Z", status: "scheduled" });
  const first = await put("price", rise);
  const second = await put("price", { ...rise, status: "cancelled" } as typeof rise, 1);
  await put("discount", discountRow("deal", { percent: "12.5" }));
  const offsets = [first.json.settings_offset, second.json.settings_offset];

  const then = await prices(`?book_as_of=${offsets[0]}`);
  expect(then).toMatchObject({
    settings_offset: offsets[0],
    prices: [{ id: "rise", status: "scheduled", version: 1 }],
    discounts: [],
  });
  // Offset n was taken at second n after the epoch.
  const moment = new Date(offsets[1] * 1000).toISOString();
  expect(await prices(`?book_as_of=${moment}`)).toMatchObject({
    prices: [{ status: "cancelled" }],
    discounts: [],
  });
  expect(await prices()).toMatchObject({
    prices: [{ id: "rise", status: "cancelled", version: 2 }],
    discounts: [{ id: "deal", percent: "12.5", version: 1 }],
  });
});

test("contracts and the rows of one account are for those who see all teams", async () => {
  await put("price", priceRow("theirs", { model: "contracted", account: "acme" }));
  await put("price", priceRow("list", { model: "contracted" }));
  await put("discount", discountRow("secret", { model: "contracted" }));
  const asked = "?model=contracted";
  const viewer = await api.key({ role: "viewer", teams: ["a"] });
  const seen = (await api.get(`/v1/prices${asked}`, viewer)).json;
  expect([seen.prices.map(({ id }: { id: string }) => id), seen.discounts]).toEqual([["list"], []]);
  const all = await prices(asked);
  expect(all.prices).toHaveLength(2);
  expect(all.discounts).toContainEqual(expect.objectContaining({ id: "secret" }));
});

describe("what must not come in", () => {
  test.each(["yesterday", "-1", "2026-11-01", "999999"])("book_as_of=%s", async (text) => {
    const { status, json } = await api.get(`/v1/prices?book_as_of=${text}`, admin);
    expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(json.detail).toContain("book_as_of");
  });

  test("a row that overlaps one of the book is refused with both named; its own correction is not", async () => {
    const row = priceRow("one", { model: "overlapping" });
    expect((await put("price", row)).status).toBe(200);
    const other = await put("price", priceRow("two", { model: "overlapping" }));
    expect([other.status, other.json.code]).toEqual([422, "SETTING_INVALID"]);
    expect(other.json.detail).toMatch(/price two .* overlaps price one/);
    expect((await put("price", { ...row, note: "read again" } as typeof row, 1)).status).toBe(200);
  });

  test("nor a discount, nor a rate that is no decimal", async () => {
    expect((await put("discount", discountRow("x", { model: "m" }))).status).toBe(200);
    expect((await put("discount", discountRow("y", { model: "m" }))).json.detail).toMatch(
      /overlaps discount x/,
    );
    const float = { ...priceRow("float", { model: "float" }), usd_per_mtok: { input_tokens: 0.1 } };
    expect((await put("price", float)).json.detail).toContain("usd_per_mtok.input_tokens");
  });
});
