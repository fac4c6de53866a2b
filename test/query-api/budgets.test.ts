import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BudgetMessage, type EvaluatorState, type ScopeState, scopeKey } from "#core/budgets/budget-state.ts";
import { CHANGE_COLUMNS } from "#core/settings/change-row.ts";
import type { BudgetSnapshot } from "#runtime/budgets/budget-snapshot.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { uniqueName } from "#test/support/servers.ts";

/** The API's clock; figures are of three seconds before. */
const NOW = "2026-11-23T12:00:00.000Z";
const DATA_UNTIL = "2026-11-23T11:59:57.000Z";
const WINDOW = { from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" };
const ADA = `u_${"a".repeat(32)}`;
const BOB = `u_${"b".repeat(32)}`;

const held = new Map<string, ScopeState>();
let evaluator: EvaluatorState | null = null;
const snapshot: BudgetSnapshot = {
  scope: (key) => held.get(key) ?? null,
  ofBudget: (id) => [...held.values()].filter(({ budgets }) => budgets.some((one) => one.budget_id === id)),
  evaluator: () => evaluator,
};

/** A message of the topic, in its own shape. */
function reckon(budget: string, team: string, member: string | null, spent: string, more: object = {}): void {
  const standing = {
    ...{ budget_id: budget, version: 1, ...WINDOW, limit_usd: "100", spent_usd: spent, estimated_usd: "0" },
    ...{ forecast_usd: null, crossed: [], verdict: "allow", ...more },
  };
  const message = BudgetMessage.parse({
    ...{ type: "scope", scope: { kind: "team", id: team }, member, as_of: NOW, data_until: DATA_UNTIL },
    ...{ settings_offset: "3", budgets: [standing] },
  });
  if (message.type === "scope") held.set(scopeKey(message.scope, member), message);
}

let store: Store;
let api: TestApi;
let admin: string;
beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all }, { budgets: snapshot });
  admin = await api.key({ role: "admin" });
  for (const [id, said] of [
    ["b-search", { hard_limit: true, grace_percent: 10 }],
    ["b-search-day", { period: { kind: "day", zone: "Asia/Kolkata" }, parent: "b-search" }],
    ["b-interns", { scope: { kind: "team", id: "interns" }, mode: "per_member", hard_limit: true }],
    ["b-all", { scope: { kind: "all" }, valid_to: "2026-11-02T00:00:00.000Z" }],
  ] as const)
    expect(await put(id, value(id, said)), id).toMatchObject({ status: 200 });
  reckon("b-search", "search", null, "50.5");
  reckon("b-interns", "interns", ADA, "100");
  reckon("b-interns", "interns", BOB, "10.000000000001");
  evaluator = { type: "evaluator", as_of: NOW, data_until: DATA_UNTIL, settings_offset: "3", budgets: 4 };
});
afterAll(() => store.close());

const value = (id: string, said: object = {}) => ({
  ...{ id, scope: { kind: "team", id: "search" }, amount_usd: "100", period: { kind: "month" }, ...said },
});
async function put(id: string, wish: unknown, version = 0) {
  const answer = await api.app.inject({
    method: "PUT",
    url: `/v1/settings/budget/${encodeURIComponent(id)}`,
    headers: { authorization: `Bearer ${admin}` },
    payload: { expected_version: version, reason: "test", value: wish } as object,
  });
  return { status: answer.statusCode, json: answer.json() };
}
const ids = (json: { budgets: { id: string }[] }) => json.budgets.map(({ id }) => id);

describe("GET /v1/budgets", () => {
  test("tells how each stands, how old that is, and what is not reckoned", async () => {
    const { status, json } = await api.get("/v1/budgets", admin);
    expect([status, ids(json)]).toEqual([200, ["b-all", "b-interns", "b-search", "b-search-day"]]);
    expect(json).toMatchObject({ as_of: NOW, data_until: DATA_UNTIL, lag_ms: 3000, next_cursor: null });
    const [all, interns, search, day] = json.budgets;
    expect(all).toMatchObject({ in_force: false, standing: null, members: null });
    expect(interns).toMatchObject({ standing: null, members: { reckoned: 2, allow: 1, warn: 0, deny: 1 } });
    expect(search).toMatchObject({ version: 1, in_force: true, limit_usd: "100", members: null });
    expect(search.standing).toEqual({
      ...{ ...WINDOW, is_current: true, version: 1, limit_usd: "100", spent_usd: "50.5", estimated_usd: "0" },
      ...{ remaining_usd: "49.5", utilisation_percent: "50.50", forecast_usd: null, crossed: [50] },
      verdict: "warn",
    });
    expect(day.standing).toBeNull();
  });

  test("reckons with the limit of now: a top-up counts before anybody has reckoned again", async () => {
    const topUp = { id: "t", amount_usd: "1", from: "2026-11-20T00:00:00.000Z" };
    const raised = value("b-search", {
      ...{ hard_limit: true, grace_percent: 10 },
      top_ups: [{ ...topUp, expires_at: "2026-11-24T00:00:00.000Z" }],
    });
    expect(await put("b-search", raised, 1)).toMatchObject({ status: 200 });
    const { json } = await api.get("/v1/budgets/b-search", admin);
    expect(json).toMatchObject({
      ...{ version: 2, limit_usd: "101" },
      standing: { version: 1, spent_usd: "50.5", remaining_usd: "50.5", utilisation_percent: "50.00" },
    });
  });

  test("narrows by scope and verdict, and goes on in pages", async () => {
    const asked = async (query: string) => ids((await api.get(`/v1/budgets?${query}`, admin)).json);
    expect(await asked("scope=team&scope_id=search")).toEqual(["b-search", "b-search-day"]);
    expect(await asked("scope=all")).toEqual(["b-all"]);
    expect(await asked("verdict=deny")).toEqual(["b-interns"]);
    expect(await asked("verdict=warn")).toEqual(["b-search"]);
    const paged: string[] = [];
    for (let cursor = ""; ; ) {
      const { json } = await api.get(`/v1/budgets?limit=1${cursor && `&cursor=${cursor}`}`, admin);
      paged.push(...ids(json));
      if (json.next_cursor === null) break;
      cursor = json.next_cursor;
    }
    expect(paged).toEqual(["b-all", "b-interns", "b-search", "b-search-day"]);
    const other = await api.key({ role: "finance" });
    const { json } = await api.get("/v1/budgets?limit=1", admin);
    const stolen = await api.get(`/v1/budgets?limit=1&cursor=${json.next_cursor}`, other);
    expect(stolen.json.code).toBe("CURSOR_INVALID");
    for (const query of ["scope=planet", "verdict=maybe", "limit=501", "cursor=x", "team=a"])
      expect([query, (await api.get(`/v1/budgets?${query}`, admin)).status]).toEqual([query, 400]);
  });

  test("shows a key of some teams the budgets of these teams and of nobody else", async () => {
    const viewer = await api.key({ role: "viewer", teams: ["search", "nobody"] });
    expect(ids((await api.get("/v1/budgets", viewer)).json)).toEqual(["b-search", "b-search-day"]);
    expect(ids((await api.get("/v1/budgets?scope_id=interns", viewer)).json)).toEqual([]);
    for (const path of ["b-interns", "b-all", "b-interns/status"])
      expect((await api.get(`/v1/budgets/${path}`, viewer)).json.code).toBe("NOT_FOUND");
    expect((await api.get("/v1/budgets/b-search-day/status", viewer)).json.parents).toEqual(["b-search"]);
    expect((await api.get("/v1/budgets/b-search/history", viewer)).json.code).toBe("ROLE_FORBIDDEN");
  });

  test("says that nothing is reckoned where this program follows nothing", async () => {
    const alone = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
    const token = await alone.key({ role: "admin" });
    const { json } = await alone.get("/v1/budgets", token);
    expect(json).toMatchObject({ as_of: null, data_until: null, lag_ms: null, budgets: [] });
  });
});

describe("GET /v1/budgets/{id}/status", () => {
  test("lists the members in pages, and those that stand so", async () => {
    const status = async (query: string) =>
      (await api.get(`/v1/budgets/b-interns/status?${query}`, admin)).json;
    const first = await status("limit=1");
    expect(first).toMatchObject({
      ...{ id: "b-interns", lag_ms: 3000, standing: null, parents: [] },
      members: [{ member: ADA, spent_usd: "100", remaining_usd: "0", verdict: "deny" }],
    });
    const second = await status(`limit=1&cursor=${first.next_cursor}`);
    expect(second).toMatchObject({
      members: [{ member: BOB, remaining_usd: "89.999999999999", utilisation_percent: "10.00" }],
      next_cursor: null,
    });
    expect((await status("verdict=deny")).members).toHaveLength(1);
    expect((await status(`member=${BOB}`)).members).toMatchObject([{ member: BOB }]);
  });

  test("says of figures of a window that is over that they are", async () => {
    reckon("b-search-day", "search-day", null, "1");
    expect((await api.get("/v1/budgets/b-search-day/status", admin)).json.standing).toBeNull();
    const past = { from: "2026-11-21T18:30:00.000Z", to: "2026-11-22T18:30:00.000Z" };
    reckon("b-search-day", "search", null, "1", past);
    const { json } = await api.get("/v1/budgets/b-search-day/status", admin);
    expect(json).toMatchObject({ standing: { is_current: false, ...past }, parents: ["b-search"] });
    reckon("b-search", "search", null, "50.5");
  });
});

describe("GET /v1/budgets/{id}/history", () => {
  test("tells who changed it, with before and after, and records that it was asked", async () => {
    const id = uniqueName("history").toLowerCase().replaceAll("_", "-");
    const row = (offset: number, said: object) => ({
      ...{ settings_offset: offset, append_time: NOW, change_id: id, kind: "budget", id, outcome: "applied" },
      ...{ expected_version: 0, detail: "", actor: "key1", reason: "because", ingested_at: NOW, ...said },
    });
    const [one, two] = [value(id), value(id, { amount_usd: "120" })].map((one) => JSON.stringify(one));
    await store.admin.insert({
      table: "settings_changes_v1",
      columns: [...CHANGE_COLUMNS, "ingested_at"],
      token: id,
      rows: [
        row(901_965_001, { version: 1, before: "", after: one }),
        row(901_965_002, { version: 2, before: one, after: two }),
        row(901_965_003, {
          version: 0,
          before: "",
          after: "",
          outcome: "conflict",
          detail: "is at version 2",
        }),
      ],
    });
    const newest = await api.get(`/v1/budgets/${id}/history?limit=2`, admin);
    expect(newest.json.changes).toMatchObject([
      { outcome: "conflict", detail: "is at version 2", before: null, after: null },
      { version: 2, actor: "key1", before: { amount_usd: "100" }, after: { amount_usd: "120" } },
    ]);
    const older = await api.get(`/v1/budgets/${id}/history?cursor=${newest.json.next_cursor}`, admin);
    expect(older.json).toMatchObject({ changes: [{ version: 1, before: null }], next_cursor: null });
    expect(api.acts.at(-1)).toMatchObject({ act: "settings.read", subject: "/v1/budgets/history" });
    expect((await api.get("/v1/budgets/never-was/history", admin)).status).toBe(404);
  });
});

describe("PUT /v1/settings/budget", () => {
  const when = { valid_from: "2026-12-01T00:00:00.000Z", valid_to: "2026-11-01T00:00:00.000Z" };
  test.each([
    ["a zone that is none", { period: { kind: "day", zone: "Mars/Olympus" } }, "period.zone: Mars/Olympus"],
    ["a zone in the wrong case", { period: { kind: "day", zone: "europe/berlin" } }, "period.zone: europe"],
    ["a person by name", { scope: { kind: "user", id: "ada@example.com" } }, "must be a pseudonym"],
    ["a member by name", { mode: "per_member", members: ["ada"] }, "members.0: "],
    ["amount zero", { amount_usd: "0" }, "amount_usd: must be a plain decimal above 0"],
    ["13 decimals", { amount_usd: "1.0000000000001" }, "amount_usd: must be a plain decimal above 0"],
    ["an exponent", { amount_usd: "1e3" }, "amount_usd: must be a plain decimal above 0"],
    ["a number for an amount", { amount_usd: 100 }, "amount_usd: "],
    ["thresholds out of order", { thresholds: { actual: [80, 50] } }, "thresholds.actual: must go up"],
    ["an end before its begin", when, "ends at 2026-11-01T00:00:00.000Z, not after it begins"],
    ["itself as its parent", { parent: "b-bad" }, "b-bad > b-bad go in a circle"],
    ["a parent that is not there", { parent: "b-none" }, "b-none, the parent of b-bad, does not exist"],
  ])("refuses %s with a sentence", async (_, said, detail) => {
    const { status, json } = await put("b-bad", value("b-bad", said));
    expect([status, json.code]).toEqual([422, "SETTING_INVALID"]);
    expect(json.detail).toContain(detail);
  });

  test("refuses to close a circle, and to take the parent away from under others", async () => {
    const circle = value("b-search", { parent: "b-search-day" });
    expect((await put("b-search", circle, 2)).json.detail).toContain("go in a circle");
    expect((await put("b-search", null, 2)).json.detail).toContain("is the parent of b-search-day");
  });

  test("warns of another budget of the same calls and of receivers that do not exist", async () => {
    const { json } = await put("b-twin", value("b-twin", { receivers: ["ghost"] }));
    expect(json.warnings).toEqual([
      expect.stringContaining("of the same calls and the same period as budget b-search"),
      "budget b-twin names the receiver ghost, which does not exist: nobody hears of it",
    ]);
    expect(await put("b-twin", null, 1)).toMatchObject({ status: 200, json: { version: 2, warnings: [] } });
  });
});
