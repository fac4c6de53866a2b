import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES, type Role } from "#core/settings/key.ts";
import { costsQuery } from "#query-api/queries/costs.ts";
import { sessionEventsQuery } from "#query-api/queries/session-events.ts";
import { VIEWS } from "#query-api/views.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { matrixOf } from "#test/query-api/authorisation-matrix.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1985;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const MATRIX = matrixOf(YEAR);

let store: Store;
let api: TestApi;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  await api.proposal();
  for (const role of ROLES)
    tokens.set(
      role,
      await api.key({
        role,
        ...(role === "viewer" ? { teams: ["own"] } : {}),
        ...(role === "ingest" ? { sources: ["litellm"] } : {}),
      }),
    );
  await api.app.inject({
    method: "PUT",
    url: "/v1/settings/source/matrix",
    headers: { authorization: `Bearer ${tokens.get("admin")}` },
    payload: { expected_version: 0, reason: "matrix", value: { name: "matrix", gateway: "litellm" } },
  });
  const at = `${YEAR}-06-01T12:00:00.000Z`;
  await store.insertEvents(
    ["own", "foreign"].flatMap((team) =>
      ["authz-shared", `authz-${team}`].map((session_id) =>
        eventRow({
          event_id: eventIdOf(`${team}${session_id}`),
          at,
          team,
          session_id,
          model: `model-of-${team}`,
          user_ref: `user-of-${team}`,
          cost_usd: team === "own" ? "1" : "100",
          cost_status: "rated",
        }),
      ),
    ),
  );
});
afterAll(() => store.close());

function routesOf(): string[] {
  const found: string[] = [];
  const stack: string[] = [];
  // The printed tree is the router's own word for what it answers.
  for (const line of api.app.printRoutes({ commonPrefix: false }).split("\n")) {
    const match = /^(.*?)(?:├──|└──) (\S+) \(([A-Z, ]+)\)/.exec(line);
    if (match === null) continue;
    const depth = (match[1]?.length ?? 0) / 4;
    stack.length = depth;
    stack[depth] = match[2] ?? "";
    for (const method of match[3]?.split(", ") ?? []) found.push(`${method} ${stack.join("")}`);
  }
  return found;
}

async function call(route: string, token: string | undefined) {
  const row = MATRIX[route];
  if (row === undefined) throw new Error(`${route} is not in the matrix`);
  const own = await api.key({ role: "finance" });
  const { statusCode, body } = await api.app.inject({
    method: route.split(" ")[0] as "GET",
    url: row.url.replace("<own>", own.split("_")[1] ?? "").replace("<proposal>", await api.proposal()),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(row.body === undefined ? {} : { payload: row.body as object }),
  });
  return { status: statusCode, body };
}

describe("every route and every role", () => {
  test("each route that the router answers has a row in the matrix, and each row a route", () => {
    expect(routesOf().sort()).toEqual(Object.keys(MATRIX).sort());
  });

  test.each(Object.entries(MATRIX))("%s", async (route, { roles, answers }) => {
    const without = await call(route, undefined);
    expect(without.status).toSatisfy((status: number) =>
      roles === "public" ? status < 400 : status === 401,
    );
    if (roles === "public") return;
    for (const role of ROLES) {
      const { status, body } = await call(route, tokens.get(role));
      const allowed = roles.includes(role);
      if (allowed && answers !== undefined) expect([role, status]).toEqual([role, answers]);
      else if (allowed && route.startsWith("PUT")) expect([200, 409]).toContain(status);
      else expect([role, status < 300]).toEqual([role, allowed]);
      if (!allowed) expect([status, JSON.parse(body).code]).toEqual([403, "ROLE_FORBIDDEN"]);
      if (role === "viewer") expect(body).not.toMatch(/foreign/);
    }
  });
});

describe("a viewer of one team", () => {
  const get = (url: string) => api.get(url, tokens.get("viewer"));

  test("gets no row of another by asking for it, and no error that tells it is there", async () => {
    for (const query of [
      "team=foreign",
      "session=authz-foreign",
      "user=user-of-foreign",
      "model=model-of-foreign",
    ]) {
      const { status, json } = await get(`/v1/costs?${RANGE}&group_by=team&${query}`);
      expect([status, json.rows, json.totals.calls]).toEqual([200, [], 0]);
    }
    expect((await get(`/v1/sessions?${RANGE}&team=foreign`)).json.sessions).toEqual([]);
    expect((await get(`/v1/costs?${RANGE}&team=own&team=foreign`)).json.totals.calls).toBe(2);
  });

  test("is told the same of a foreign session and of one that never was", async () => {
    const [foreign, never] = await Promise.all([
      get("/v1/sessions/authz-foreign/events"),
      get("/v1/sessions/authz-never/events"),
    ]);
    const { request_id: a, ...told } = foreign.json;
    const { request_id: b, ...toldToo } = never.json;
    expect([foreign.status, told]).toEqual([404, toldToo]);
    expect(a).not.toBe(b);
  });

  test("sees its own part of a session id that two teams used", async () => {
    const { json } = await get("/v1/sessions/authz-shared/events");
    expect(json.events.map((event: { team: string }) => event.team)).toEqual(["own"]);
    const { json: listed } = await get(`/v1/sessions?${RANGE}`);
    const shared = listed.sessions.filter((row: { session_id: string }) => row.session_id === "authz-shared");
    expect(shared).toMatchObject([{ team: "own", calls: 1, cost: { amount: "1" }, users: ["user-of-own"] }]);
    const { json: all } = await api.get("/v1/sessions/authz-shared/events", tokens.get("finance"));
    expect(all.events).toHaveLength(2);
  });

  test("is denied what its role does not do, and that is on the log of acts", async () => {
    await get(`/v1/audit/events?${RANGE}`);
    expect(api.acts).toContainEqual(
      expect.objectContaining({ act: "access.denied", subject: "GET /v1/audit/events" }),
    );
  });
});

describe("with the scope taken out of the code", () => {
  const values = {
    from: `${YEAR}-01-01T00:00:00Z`,
    to: `${YEAR + 1}-01-01T00:00:00Z`,
    tz: "UTC",
    filters: {},
  };
  const costs = costsQuery(
    { granularity: "none", groupBy: ["team"], filters: [], order: "cost" },
    { ...values, rowsMax: 10 },
  );
  const events = sessionEventsQuery({ sessionId: "authz-foreign", after: null, rowsMax: 10 });

  test.each([costs, events])(
    "$name: the store refuses the views of all teams to the user of some",
    async (query) => {
      const { name, params, row } = query;
      await expect(store.team.query({ name, params, row, sql: query.sql(VIEWS.all) })).rejects.toMatchObject({
        code: "CLICKHOUSE_ACCESS_REFUSED",
      });
    },
  );

  test.each([costs, events])(
    "$name: a query that forgot its teams is an error, not a leak",
    async (query) => {
      const { name, params, row } = query;
      await expect(
        store.team.query({ name, params, row, sql: query.sql(VIEWS.teams) }),
      ).rejects.toMatchObject({
        code: "CLICKHOUSE_REFUSED",
      });
      const scoped = { ...params, scope_teams: ["own"] };
      const rows = await store.team.query({ name, params: scoped, row, sql: query.sql(VIEWS.teams) });
      expect(
        JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
      ).not.toContain("foreign");
    },
  );

  test("no API user reads a table, writes, or reaches outside", async () => {
    const { row } = costs;
    for (const sql of [
      "SELECT * FROM events_v1",
      "SELECT * FROM calls",
      "SELECT * FROM people_v1",
      "SELECT * FROM records_v1",
      "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'x String')",
      "SELECT * FROM file('/etc/passwd', 'CSV', 'x String')",
      "INSERT INTO events_v1 (event_id) VALUES ('x')",
      "DROP VIEW team_calls",
    ])
      for (const user of [store.team, store.all])
        await expect(user.query({ name: "outside", sql, row })).rejects.toMatchObject({
          code: expect.stringMatching(/^CLICKHOUSE_(ACCESS_REFUSED|REFUSED)$/),
        });
  });
});
