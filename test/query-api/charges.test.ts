import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApi } from "#query-api/app.ts";
import type { App } from "#query-api/app-type.ts";
import { openStore, type Store, settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

/** Calls of this file have a year of their own in the shared database. */
const YEAR = 1994;
const RANGE = `from=${YEAR}-11-01&to=${YEAR}-12-01`;
const NOVEMBER = { from: `${YEAR}-11-01T00:00:00.000Z`, to: `${YEAR}-12-01T00:00:00.000Z` };

let store: Store;
let app: App;
let [finance, viewer, admin] = ["", "", ""];
const settings = settingsInMemory();

async function bring(kind: "charge" | "split_rule" | "allocation", value: { id: string }) {
  const outcome = await settings.changeSettings({
    ...{ kind, id: value.id, expected_version: 0, change_id: randomUUID(), actor: "test", reason: "test" },
    value,
  } as never);
  expect(outcome.outcome, value.id).toBe("applied");
}
const charge = (id: string, amount: string, more: object = {}) =>
  bring("charge", {
    ...{ id, kind: "other", vendor: "anthropic", description: "A charge", ...NOVEMBER, amount },
    ...more,
  } as { id: string });

beforeAll(async () => {
  store = await openStore();
  const stores = { clickhouseTeam: store.team, clickhouseAll: store.all };
  const { deps } = testDeps(stores, settings, { clock: () => new Date(`${YEAR}-12-10T00:00:00.000Z`) });
  app = await buildApi(deps);
  finance = await settings.key({ role: "finance" });
  admin = await settings.key({ role: "admin" });
  viewer = await settings.key({ role: "viewer", teams: ["search"] });
  const call = (tag: string, day: string, team: string, cost_usd: string, cost_center = "") =>
    eventRow({
      event_id: eventIdOf(`charge-${tag}`),
      at: `${YEAR}-${day}T10:00:30.000Z`,
      ...{ team, cost_usd, cost_center, cost_status: "rated" },
    });
  await store.insertEvents([
    call("a", "11-03", "search", "30", "4200"),
    call("b", "11-04", "ads", "10"),
    call("c", "11-05", "", "5"),
    call("d", "12-01", "search", "7", "4200"),
  ]);
  const always = { effective_from: "1990-01-01T00:00:00.000Z" };
  await bring("allocation", {
    id: "search",
    match: "team",
    value: "search",
    cost_center: "4200",
    ...always,
  } as never);
  await bring("split_rule", { id: "use", method: "proportional", by: "team" } as never);
  await bring("split_rule", {
    id: "thirds",
    method: "even",
    by: "team",
    parts: ["a", "ads", "z"].map((name) => ({ name })),
  } as never);
  await charge("1-shared", "8", { split: "use", kind: "code_execution" });
  await charge("2-thirds", "1", { split: "thirds" });
  await charge("3-credit", "-2.5", { kind: "credit", cost_center: "4300" });
  await charge("4-nobody", "4");
  await charge("5-december", "100", {
    from: NOVEMBER.to,
    to: `${YEAR + 1}-01-01T00:00:00.000Z`,
    team: "search",
  });
  await charge("6-fix", "-1", { corrects: "4-nobody" });
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
  return { status, json: JSON.parse(body) };
}

interface Part {
  readonly team: string | null;
  readonly cost_center: string | null;
  readonly amount: { readonly amount: string };
}
const told = ({ team, cost_center, amount }: Part) => [team, cost_center, amount.amount];

describe("GET /v1/charges", () => {
  test("has the charges of a range with their parts, which add up; a team's cost centre is that of the map", async () => {
    const { json } = await get(`/v1/charges?${RANGE}`);
    expect(
      json.charges.map(({ id, amount, parts }: { id: string; amount: Part["amount"]; parts: Part[] }) => [
        id,
        amount.amount,
        parts.map(told),
      ]),
    ).toEqual([
      [
        "1-shared",
        "8",
        [
          ["ads", null, "2"],
          ["search", "4200", "6"],
        ],
      ],
      [
        "2-thirds",
        "1",
        [
          ["a", null, "0.333333333334"],
          ["ads", null, "0.333333333333"],
          ["z", null, "0.333333333333"],
        ],
      ],
      ["3-credit", "-2.5", [[null, "4300", "-2.5"]]],
      ["4-nobody", "4", [[null, null, "4"]]],
      ["6-fix", "-1", [[null, null, "-1"]]],
    ]);
    expect(json.total.amount).toBe("9.5");
  });

  test("by kind and vendor, and as it was known before", async () => {
    const ids = async (more: string) =>
      (await get(`/v1/charges?${RANGE}&${more}`)).json.charges.map(({ id }: { id: string }) => id);
    expect(await ids("kind=credit")).toEqual(["3-credit"]);
    expect(await ids("vendor=aws")).toEqual([]);
    const { recorded_offset } = (await get(`/v1/charges?${RANGE}&kind=credit`)).json.charges[0];
    expect(await ids(`book_as_of=${recorded_offset}`)).toEqual(["1-shared", "2-thirds", "3-credit"]);
  });

  test.each(["kind=coffee", "from=1994-13-01", "colour=red", "book_as_of=x"])(
    "%s is refused",
    async (more) => {
      const range = more.startsWith("from") ? "to=1994-12-01" : RANGE;
      expect((await get(`/v1/charges?${range}&${more}`)).status).toBe(400);
    },
  );

  test("is not for a viewer, since a split tells of other teams", async () => {
    expect((await get(`/v1/charges?${RANGE}`, viewer)).status).toBe(403);
    expect((await get(`/v1/charges/costs?${RANGE}`, viewer)).status).toBe(403);
  });
});

describe("GET /v1/charges/costs", () => {
  const rows = async (query: string) => {
    const { json } = await get(`/v1/charges/costs?${query}`);
    const amounts = (row: Record<string, { amount: string }>) =>
      ["calls_cost", "charges_cost", "total_cost"].map((name) => row[name]?.amount);
    return [
      ...json.rows.map((row: Record<string, { amount: string }>) => [
        row["month"],
        row["payer"],
        ...amounts(row),
      ]),
      amounts(json),
    ];
  };

  test("adds what is no call to the calls of each team, by month; the sums are those of both", async () => {
    expect(await rows(`from=${YEAR}-11-01&to=${YEAR + 1}-01-01`)).toEqual([
      [`${YEAR}-11-01`, "a", "0", "0.333333333334", "0.333333333334"],
      [`${YEAR}-11-01`, "ads", "10", "2.333333333333", "12.333333333333"],
      [`${YEAR}-11-01`, "search", "30", "6", "36"],
      [`${YEAR}-11-01`, "z", "0", "0.333333333333", "0.333333333333"],
      [`${YEAR}-11-01`, null, "5", "0.5", "5.5"],
      [`${YEAR}-12-01`, "search", "7", "100", "107"],
      ["52", "109.5", "161.5"],
    ]);
  });

  test("by cost centre, with UNALLOCATED last", async () => {
    expect(await rows(`${RANGE}&by=cost_center`)).toEqual([
      [`${YEAR}-11-01`, "4200", "30", "6", "36"],
      [`${YEAR}-11-01`, "4300", "0", "-2.5", "-2.5"],
      [`${YEAR}-11-01`, "UNALLOCATED", "15", "6", "21"],
      ["45", "9.5", "54.5"],
    ]);
  });

  test("and the costs of calls stay what they are", async () => {
    expect((await get(`/v1/costs?${RANGE}`)).json.totals.cost.amount).toBe("45");
  });
});

test("a charge that is there is not put again with another amount", async () => {
  const value = {
    id: "4-nobody",
    kind: "other",
    vendor: "anthropic",
    description: "A charge",
    ...NOVEMBER,
    amount: "5",
  };
  const { statusCode, body } = await app.inject({
    method: "PUT",
    url: "/v1/settings/charge/4-nobody",
    headers: { authorization: `Bearer ${admin}` },
    payload: { expected_version: 1, reason: "test", value },
  });
  expect([statusCode, JSON.parse(body).detail]).toEqual([
    422,
    expect.stringContaining("with another amount"),
  ]);
});
