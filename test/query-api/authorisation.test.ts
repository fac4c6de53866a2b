import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLES, type Role } from "#core/settings/key.ts";
import { costsQuery } from "#query-api/queries/costs.ts";
import { sessionEventsQuery } from "#query-api/queries/session-events.ts";
import { VIEWS } from "#query-api/views.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1985;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const OPEN = ["viewer", "finance", "auditor", "admin"] as const;
const ALL = ["finance", "auditor", "admin"] as const;
const BOOKKEEPERS = ["finance", "admin"] as const;

interface Row {
  readonly roles: readonly Role[] | "public";
  readonly url: string;
  readonly body?: unknown;
  /** What who may is answered, where it is no success: the period is not there. */
  readonly answers?: number;
}
const A_RUN = { kind: "re_rate", from: `${YEAR}-01-01`, to: `${YEAR}-02-01`, reason: "matrix" };
const NO_PERIOD = { roles: BOOKKEEPERS, body: { reason: "matrix" }, answers: 404 };

/** Every route: who may, and an address that answers 200 to them. A route without a row here fails. */
const MATRIX: Readonly<Record<string, Row>> = {
  "GET /v1/costs": { roles: OPEN, url: `/v1/costs?${RANGE}&group_by=team` },
  "GET /v1/cost-centers": { roles: ALL, url: "/v1/cost-centers" },
  "GET /v1/cost-centers/unallocated": { roles: OPEN, url: `/v1/cost-centers/unallocated?${RANGE}` },
  "GET /v1/charges": { roles: ALL, url: `/v1/charges?${RANGE}` },
  "GET /v1/charges/costs": { roles: ALL, url: `/v1/charges/costs?${RANGE}` },
  "GET /v1/costs/explain": {
    roles: OPEN,
    url: `/v1/costs/explain?event=${eventIdOf("ownauthz-shared")}`,
  },
  "GET /v1/costs/variance": { roles: OPEN, url: `/v1/costs/variance?${RANGE}` },
  "GET /v1/exports/costs": { roles: OPEN, url: `/v1/exports/costs?${RANGE}&grain=day` },
  "GET /v1/exports/costs/manifest": { roles: OPEN, url: `/v1/exports/costs/manifest?${RANGE}` },
  "GET /v1/exports/focus": { roles: OPEN, url: `/v1/exports/focus?${RANGE}` },
  "GET /v1/exports/focus/manifest": { roles: OPEN, url: `/v1/exports/focus/manifest?${RANGE}` },
  "GET /v1/exports/journal": { roles: OPEN, url: `/v1/exports/journal?${RANGE}` },
  "GET /v1/exports/journal/manifest": { roles: OPEN, url: `/v1/exports/journal/manifest?${RANGE}` },
  "GET /v1/exports/schedules": { roles: ALL, url: "/v1/exports/schedules" },
  "GET /v1/sessions": { roles: OPEN, url: `/v1/sessions?${RANGE}` },
  "GET /v1/sessions/:id/events": { roles: OPEN, url: "/v1/sessions/authz-shared/events" },
  "GET /v1/audit/events": { roles: ["auditor", "admin"], url: `/v1/audit/events?${RANGE}` },
  "GET /v1/audit/conflicts": { roles: ["auditor", "admin"], url: `/v1/audit/conflicts?${RANGE}` },
  "GET /v1/audit/coverage": { roles: ["auditor", "admin"], url: "/v1/audit/coverage" },
  "GET /v1/audit/witnesses": {
    roles: ["auditor", "admin"],
    url: `/v1/audit/witnesses?from=${YEAR}-01-01&to=${YEAR}-01-20`,
  },
  "GET /v1/prices": { roles: OPEN, url: "/v1/prices" },
  "GET /v1/runs": { roles: ALL, url: "/v1/runs" },
  "GET /v1/runs/:id": { roles: ALL, url: "/v1/runs/proposal-1" },
  "POST /v1/runs": { roles: BOOKKEEPERS, url: "/v1/runs", body: A_RUN, answers: 202 },
  "POST /v1/runs/:id/approve": { ...NO_PERIOD, url: "/v1/runs/<proposal>/approve", answers: 200 },
  "POST /v1/runs/:id/withdraw": { ...NO_PERIOD, url: "/v1/runs/<proposal>/withdraw", answers: 200 },
  "GET /v1/periods": { roles: ALL, url: "/v1/periods" },
  "GET /v1/periods/:id": { roles: ALL, url: "/v1/periods/none", answers: 404 },
  "POST /v1/periods": { roles: BOOKKEEPERS, url: "/v1/periods", body: {}, answers: 400 },
  "DELETE /v1/periods/:id": { ...NO_PERIOD, url: "/v1/periods/none?reason=matrix" },
  "POST /v1/periods/:id/close": { ...NO_PERIOD, url: "/v1/periods/none/close" },
  "POST /v1/periods/:id/reopening": { ...NO_PERIOD, url: "/v1/periods/none/reopening" },
  "DELETE /v1/periods/:id/reopening": { ...NO_PERIOD, url: "/v1/periods/none/reopening?reason=matrix" },
  "POST /v1/periods/:id/reopening/approval": { ...NO_PERIOD, url: "/v1/periods/none/reopening/approval" },
  "POST /v1/decisions": {
    roles: ["gateway", "finance", "auditor", "admin"],
    url: "/v1/decisions",
    body: { team: "own" },
  },
  "GET /v1/prices/unpriced": { roles: OPEN, url: `/v1/prices/unpriced?${RANGE}` },
  "GET /v1/budgets": { roles: OPEN, url: "/v1/budgets" },
  "GET /v1/budgets/:id": { roles: OPEN, url: "/v1/budgets/none", answers: 404 },
  "GET /v1/budgets/:id/status": { roles: OPEN, url: "/v1/budgets/none/status", answers: 404 },
  "GET /v1/budgets/:id/history": { roles: ALL, url: "/v1/budgets/none/history", answers: 404 },
  "GET /v1/alerts": { roles: ALL, url: "/v1/alerts" },
  "GET /v1/alerts/deliveries": { roles: ALL, url: "/v1/alerts/deliveries" },
  "POST /v1/alerts/deliveries/:id/replay": {
    roles: ["admin"],
    url: "/v1/alerts/deliveries/none/replay",
    body: {},
    answers: 400,
  },
  "GET /v1/keys": { roles: ["admin"], url: "/v1/keys" },
  "POST /v1/keys": {
    roles: ["admin"],
    url: "/v1/keys",
    body: { label: "x", role: "finance", reason: "matrix" },
  },
  "DELETE /v1/keys/:id": { roles: ["admin"], url: "/v1/keys/<own>" },
  "GET /v1/settings/changes": { roles: ["auditor", "admin"], url: "/v1/settings/changes" },
  "GET /v1/settings/:kind": { roles: ALL, url: "/v1/settings/source" },
  "GET /v1/settings/:kind/:id": { roles: ALL, url: "/v1/settings/source/matrix" },
  "PUT /v1/settings/:kind/:id": {
    roles: ["admin"],
    url: "/v1/settings/source/matrix",
    body: { expected_version: 1, reason: "matrix", value: { name: "matrix", gateway: "litellm" } },
  },
  "GET /health/live": { roles: "public", url: "/health/live" },
  "GET /health/ready": { roles: "public", url: "/health/ready" },
  "GET /metrics": { roles: "public", url: "/metrics" },
  "GET /openapi.json": { roles: "public", url: "/openapi.json" },
  "GET /docs/": { roles: "public", url: "/docs/" },
  "GET /docs": { roles: "public", url: "/docs" },
  "GET /docs/js/scalar.js": { roles: "public", url: "/docs/js/scalar.js" },
};

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
