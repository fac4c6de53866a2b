import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { type EventFields, eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1990;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const at = (day: string) => `${YEAR}-05-${day}T10:00:00.000Z`;

let store: Store;
let api: TestApi;
let finance: string;
let viewer: string;

const id = (name: string) => eventIdOf(`unpriced-${name}`);
const row = (name: string, fields: Partial<EventFields>) =>
  eventRow({
    event_id: id(name),
    at: at("05"),
    team: "red",
    source: "gw",
    platform: "anthropic-api",
    model: "claude-new",
    cost_note: "unmapped_model",
    input_tokens: 10,
    output_tokens: 3,
    ...fields,
  });

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  viewer = await api.key({ role: "viewer", teams: ["red"] });
  const part = { kind: "part", part_of: id("one"), input_tokens: 5, output_tokens: null };
  const lost = { cost_note: "no_price", model: "claude-opus-9", model_canonical: "claude-opus-9" };
  await store.insertEvents([
    row("one", { gateway_cost: "0.5", gateway_currency: "USD" }),
    row("one-part", part),
    row("two", { at: at("07"), team: "blue", gateway_cost: "0.25", gateway_currency: "USD" }),
    row("three", { at: at("06"), team: "blue", gateway_cost: "3", gateway_currency: "EUR" }),
    // Rated later by a run: neither its time nor its team is left.
    row("rated", { at: at("01"), team: "green" }),
    row("rated", { at: at("01"), team: "green", epoch: 1, sign: -1 }),
    row("rated", {
      at: at("01"),
      team: "green",
      epoch: 1,
      cost_usd: "1",
      cost_status: "rated",
      cost_note: "",
    }),
    row("batch", { ...lost, service_tier: "batch", region: "eu-west-1" }),
    row("fast", { ...lost, speed: "fast" }),
    row("broken", {
      cost_note: "usage_missing",
      service_tier: "batch",
      input_tokens: null,
      output_tokens: null,
    }),
    row("broken-too", { cost_note: "usage_missing", input_tokens: null, output_tokens: null }),
    row("priced", { cost_usd: "1", cost_status: "rated", cost_note: "" }),
    row("witness", { role: "evidence" }),
  ]);
});
afterAll(() => store.close());

const unpriced = async (query = RANGE, token = finance) => api.get(`/v1/prices/unpriced?${query}`, token);

describe("what has no price", () => {
  test("is grouped by what a price is looked up by, with what is known and what to do", async () => {
    const { status, json } = await unpriced();
    expect(status).toBe(200);
    expect([json.items, json.calls, json.groups, json.left_out]).toEqual([8, 7, 4, 0]);
    const [first, ...others] = json.unpriced;
    expect(first).toEqual({
      platform: "anthropic-api",
      model: "claude-new",
      model_canonical: null,
      source: "gw",
      cost_note: "unmapped_model",
      what_to_do: expect.stringContaining("Import a row with that very name"),
      service_tier: null,
      speed: null,
      regions: [],
      items: 4,
      calls: 3,
      input_tokens: 35,
      cache_read_tokens: null,
      cache_write_5m_tokens: null,
      cache_write_1h_tokens: null,
      cache_write_tokens: null,
      output_tokens: 9,
      thinking_tokens: null,
      web_search_requests: null,
      first_seen: at("05"),
      last_seen: at("07"),
      gateway_cost: { amount: "0.75", currency: "USD" },
      gateway_items: 2,
      other_currency_items: 1,
      teams: ["blue", "red"],
      teams_affected: 2,
      sample_event: id("two"),
    });
    const keys = others.map((group: Record<string, unknown>) => [
      ...[group["model"], group["cost_note"], group["service_tier"], group["speed"], group["items"]],
      group["gateway_cost"],
    ]);
    // Two broken streams are one group: whichever tier they had, no row would price them.
    expect(keys).toEqual([
      ["claude-new", "usage_missing", null, null, 2, null],
      ["claude-opus-9", "no_price", null, "fast", 1, null],
      ["claude-opus-9", "no_price", "batch", null, 1, null],
    ]);
    expect(others[2].regions).toEqual(["eu-west-1"]);
  });

  test("is what the caller's teams have, and nothing of others", async () => {
    const { json, text } = await unpriced(RANGE, viewer);
    expect([json.items, json.calls]).toEqual([6, 5]);
    expect(json.unpriced[0]).toMatchObject({
      items: 2,
      teams: ["red"],
      teams_affected: 1,
      last_seen: at("05"),
    });
    expect(text).not.toContain("blue");
  });

  test("is as many as /v1/costs counts", async () => {
    const { json } = await api.get(`/v1/costs?${RANGE}`, finance);
    expect(json.unpriced_calls).toBe((await unpriced()).json.items);
  });

  test("can be narrowed, and what a limit leaves out is said", async () => {
    const one = await unpriced(`${RANGE}&model=claude-opus-9&platform=anthropic-api&source=gw&team=red`);
    expect([one.json.items, one.json.groups]).toEqual([2, 2]);
    const cut = await unpriced(`${RANGE}&limit=1`);
    expect([cut.json.unpriced.length, cut.json.groups, cut.json.left_out, cut.json.items]).toEqual([
      1, 4, 3, 8,
    ]);
  });

  test("of the last 90 days, unless more is asked for", async () => {
    const { json } = await unpriced("");
    expect(json).toMatchObject({ from: "2026-08-25T12:00:00.000Z", to: "2026-11-23T12:00:00.000Z" });
    const before = await unpriced(`to=${YEAR}-05-06T12:00:00Z`);
    expect(before.json.from).toBe(`${YEAR}-02-05T12:00:00.000Z`);
  });

  test("nothing: an empty list, and 0 of everything", async () => {
    const { json } = await unpriced(`${RANGE}&model=claude-opus-1`);
    expect(json).toMatchObject({ items: 0, calls: 0, groups: 0, left_out: 0, unpriced: [] });
  });

  test("as CSV and as NDJSON", async () => {
    const { text, headers } = await unpriced(`${RANGE}&format=csv`);
    const [head, first] = text.split("\r\n");
    expect(head).toMatch(/^platform,model,model_canonical,source,cost_note,.*,what_to_do$/);
    expect(first).toContain("anthropic-api,claude-new,,gw,unmapped_model,,,,4,3,35,");
    expect(first).toContain('"blue;red",2');
    expect(headers["spendtrail-unpriced-items"]).toBe("8");
    const lines = (await unpriced(`${RANGE}&format=ndjson`)).text.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).items)).toEqual([4, 2, 1, 1]);
  });

  test.each([
    ["from=yesterday", "neither a date"],
    ["to=nonsense", "neither a date"],
    ["tz=Mars/Olympus", "no IANA time zone"],
    ["limit=0", "limit"],
    ["limit=10001", "limit"],
    ["cost_note=no_price", "cost_note"],
    [`from=${YEAR}-02-01&to=${YEAR}-01-01`, "from must be before to"],
    ["from=1980-01-01&to=2026-01-01", "longer than"],
  ])("%s is refused with a reason", async (query, reason) => {
    const { status, text } = await unpriced(query);
    expect(status).toBe(400);
    expect(text).toContain(reason);
  });
});
