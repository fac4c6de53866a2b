import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApi } from "#query-api/app.ts";
import type { App } from "#query-api/app-type.ts";
import { allocationChange } from "#test/core/settings/changes.ts";
import { openStore, type Store, settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** Calls of this file have a year of their own in the shared database. */
const YEAR = 1993;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const NOW = `${YEAR}-03-01T00:00:00.000Z`;

let store: Store;
let app: App;
let [finance, viewer, admin] = ["", "", ""];
const settings = settingsInMemory();

const call = (tag: string, at: string, fields: object) =>
  eventRow({
    event_id: eventIdOf(`cc-${tag}`),
    at: `${YEAR}-${at}:30.000Z`,
    team: "search",
    cost_status: "rated",
    ...fields,
  });

beforeAll(async () => {
  store = await openStore();
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  app = await buildApi(testDeps(stores, settings, { clock: () => new Date(NOW) }).deps);
  finance = await settings.key({ role: "finance" });
  admin = await settings.key({ role: "admin" });
  viewer = await settings.key({ role: "viewer", teams: ["ads"] });
  await store.insertEvents([
    call("a", "01-10T10:00", { cost_center: "4200", cost_usd: "90", allocation_id: "search" }),
    call("b", "01-20T10:00", { cost_usd: "9.000000000001", api_key: "k1" }),
    call("c", "01-05T10:07", { team: "ads", cost_usd: "0.999999999999", user_ref: "u_x", api_key: "k2" }),
    call("d", "01-06T10:00", { team: "ads", cost_usd: null, cost_status: "unpriced" }),
    call("e", "01-07T10:00", { team: "ads", cost_usd: "5", cost_status: "gateway" }),
    // The oldest of all was allocated since: taken back, and stated anew.
    call("f", "01-01T10:00", { cost_usd: "100" }),
    call("f", "01-01T10:00", { cost_usd: "100", epoch: 1, sign: -1 }),
    call("f", "01-01T10:00", { cost_usd: "100", epoch: 1, cost_center: "=4300" }),
  ]);
});
afterAll(async () => {
  await app.close();
  await store.close();
});

async function get(url: string, token = finance) {
  const { statusCode: status, body } = await app.inject({
    method: "GET",
    url,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status, body, json: /^\{.*\}$/.test(body) ? JSON.parse(body) : null };
}

describe("costs by cost centre", () => {
  test("are exact, UNALLOCATED has a name, and the sum is that of all calls", async () => {
    const { json } = await get(`/v1/costs?${RANGE}&group_by=cost_center&order=name`);
    expect(
      json.rows.map((row: { cost_center: string; cost: { amount: string } }) => [
        row.cost_center,
        row.cost.amount,
      ]),
    ).toEqual([
      ["4200", "90"],
      ["=4300", "100"],
      ["UNALLOCATED", "10"],
    ]);
    expect([json.read_from, json.totals.cost.amount]).toEqual(["calls", "200"]);
    const all = await get(`/v1/costs?${RANGE}`);
    expect(all.json.totals.cost.amount).toBe("200");
  });

  test("can be asked for one of them, or for the bucket", async () => {
    const of = async (name: string) =>
      (await get(`/v1/costs?${RANGE}&cost_center=${name}`)).json.totals.cost.amount;
    expect([await of("4200"), await of("UNALLOCATED"), await of("none")]).toEqual(["90", "10", "0"]);
  });

  test("a viewer sees what its teams pay for", async () => {
    const { json } = await get(`/v1/costs?${RANGE}&group_by=cost_center`, viewer);
    expect(json.rows.map((row: { cost_center: string }) => row.cost_center)).toEqual(["UNALLOCATED"]);
  });
});

describe("the bucket", () => {
  test("has its size, share and age, and meets its target exactly at it", async () => {
    const of = async (target: string) =>
      (await get(`/v1/cost-centers/unallocated?${RANGE}&target_percent=${target}`)).json;
    expect(await of("5")).toMatchObject({
      calls: 4,
      cost: { amount: "10" },
      gateway_cost: { amount: "5" },
      unpriced_calls: 1,
      all_calls: 6,
      all_cost: { amount: "200" },
      share_percent: "5",
      share_of_calls_percent: "66.6667",
      first_seen: `${YEAR}-01-05T10:00:00.000Z`,
      age_days: 54,
      target_percent: "5",
      target_met: true,
    });
    expect((await of("4.9999")).target_met).toBe(false);
    const { json } = await get(`/v1/cost-centers/unallocated?${RANGE}`);
    expect([json.target_percent, json.target_met]).toEqual(["1", false]);
  });

  test("by team and key, the longest there first; what was allocated since is not there", async () => {
    const { json } = await get(`/v1/cost-centers/unallocated?${RANGE}&group_by=team,api_key`);
    expect(
      json.groups.map((group: Record<string, unknown>) => [
        group["team"],
        group["api_key"],
        (group["cost"] as { amount: string }).amount,
        group["age_days"],
      ]),
    ).toEqual([
      ["ads", "k2", "0.999999999999", 54],
      ["ads", null, "0", 53],
      ["search", "k1", "9.000000000001", 39],
    ]);
  });

  test("is empty where there is nothing, and a viewer sees its own", async () => {
    const { json } = await get(`/v1/cost-centers/unallocated?from=${YEAR}-06-01&to=${YEAR}-07-01`);
    expect(json).toMatchObject({
      calls: 0,
      first_seen: null,
      age_days: null,
      share_percent: null,
      target_met: true,
      groups: [],
    });
    const own = await get(`/v1/cost-centers/unallocated?${RANGE}`, viewer);
    expect(own.json.groups.map(({ team }: { team: string }) => team)).toEqual(["ads"]);
    expect(own.body).not.toContain("search");
  });

  test.each([
    "target_percent=101",
    "target_percent=1e1",
    "target_percent=-1",
    "target_percent=NaN",
    "group_by=model",
    "group_by=team,team",
    "from=2026-13-01",
  ])("%s is refused", async (query) => {
    expect(
      (
        await get(
          `/v1/cost-centers/unallocated?${RANGE.replace(/from=\S+?&/, query.startsWith("from") ? "" : "$&")}&${query}`,
        )
      ).status,
    ).toBe(400);
  });
});

describe("cost centres and their rules", () => {
  const put = async (id: string, expected_version: number, fields: object) => {
    const { value } = allocationChange(id, 0, fields);
    const { statusCode, body } = await app.inject({
      method: "PUT",
      url: `/v1/settings/allocation/${id}`,
      headers: { authorization: `Bearer ${admin}` },
      payload: { expected_version, reason: "test", value },
    });
    return { status: statusCode, json: JSON.parse(body) };
  };

  test("are listed as they are, as they were, and for one moment; what contradicts the map is refused", async () => {
    expect((await put("one", 0, {})).status).toBe(200);
    const before = settings.settings.state().offset;
    expect(
      (await put("two", 0, { match: "user", value: `u_${"1".repeat(32)}`, team: "ads", cost_center: null }))
        .status,
    ).toBe(200);
    const refused = await put("three", 0, { cost_center: "9" });
    expect([refused.status, refused.json.code]).toEqual([422, "SETTING_INVALID"]);
    expect(refused.json.detail).toContain("both own team search");

    const { json } = await get("/v1/cost-centers");
    expect(json.cost_centers).toMatchObject([{ cost_center: "4200", rules: [{ id: "one", version: 1 }] }]);
    expect(json.handed_on.map(({ id }: { id: string }) => id)).toEqual(["two"]);
    expect((await get(`/v1/cost-centers?book_as_of=${before}`)).json.handed_on).toEqual([]);
    expect((await get("/v1/cost-centers?in_force_at=2025-12-31T23:59:59Z")).json.cost_centers).toEqual([]);
    expect((await get("/v1/cost-centers?in_force_at=yesterday")).status).toBe(400);
    expect((await get("/v1/cost-centers?book_as_of=999999")).status).toBe(400);
    expect((await get("/v1/cost-centers", viewer)).status).toBe(403);
  });
});

describe("exports", () => {
  const JANUARY = `from=${YEAR}-01-01&to=${YEAR}-02-01&as_of=${YEAR}-02-01T00:00:00Z`;
  const lines = (body: string) => body.trimEnd().split("\r\n");

  test("have the cost centre: calls, days, the journal and FOCUS", async () => {
    const calls = lines((await get(`/v1/exports/costs?${JANUARY}`)).body);
    expect(calls[0]).toContain(",team,cost_center,allocation_id,");
    expect(calls.filter((line) => line.includes(",search,4200,search,"))).toHaveLength(1);
    expect(calls.filter((line) => line.includes(",UNALLOCATED,"))).toHaveLength(6);
    const days = lines((await get(`/v1/exports/costs?${JANUARY}&grain=day`)).body);
    expect(days.some((line) => line.startsWith(`${YEAR}-01-01,search,'=4300,`))).toBe(true);
    const journal = lines((await get(`/v1/exports/journal?${JANUARY}&by=cost_center`)).body);
    expect(journal[0]).toContain(",line_kind,cost_center,gl_account,");
    expect(journal.slice(1).map((line) => line.split(",").slice(4, 8).join("|"))).toEqual([
      "charge|4200|LLM-USAGE|90",
      "charge|'=4300|LLM-USAGE|100",
      "charge|UNALLOCATED|LLM-USAGE|10",
      "clearing||LLM-CLEARING|",
    ]);
    const focus = (await get(`/v1/exports/focus?${JANUARY}&version=1.2&format=ndjson`)).body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(focus.map((row) => [row["x_CostCenter"], row["Tags"]])).toContainEqual([
      "4200",
      '{"team":"search","cost_center":"4200"}',
    ]);
    expect(
      focus.some((row) => row["x_CostCenter"] === "UNALLOCATED" && !row["Tags"].includes("cost_center")),
    ).toBe(true);
  });
});
