import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1997;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;

let store: Store;
let api: TestApi;
let finance: string;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  const at = `${YEAR}-05-05T10:00:00.000Z`;
  const call = {
    at,
    event_id: eventIdOf("parts-call"),
    session_id: "parts-session",
    team: "a",
    model_canonical: "claude-sonnet-5",
    cost_usd: "1",
    cost_status: "rated",
    output_tokens: 10,
  };
  const part = {
    ...call,
    kind: "part",
    part_of: call.event_id,
    model_canonical: "claude-opus-5",
    cost_usd: "2",
  };
  await store.insertEvents(
    [
      call,
      { ...part, event_id: eventIdOf("parts-part") },
      {
        ...call,
        event_id: eventIdOf("parts-audit"),
        kind: "audit",
        cost_usd: null,
        cost_status: "",
        output_tokens: null,
      },
    ].map(eventRow),
  );
});
afterAll(() => store.close());

test("parts add to money and tokens under their own model, and to no count of calls", async () => {
  const { json } = await api.get(`/v1/costs?${RANGE}&group_by=model`, finance);
  expect(json.rows).toMatchObject([
    { model: "claude-opus-5", calls: 0, cost: { amount: "2" }, output_tokens: 10 },
    { model: "claude-sonnet-5", calls: 1, cost: { amount: "1" } },
  ]);
  const total = await api.get(`/v1/costs?${RANGE}`, finance);
  expect(total.json.rows).toMatchObject([{ calls: 1, cost: { amount: "3" }, output_tokens: 20 }]);
  const sessions = await api.get(`/v1/sessions?${RANGE}`, finance);
  expect(sessions.json.sessions).toMatchObject([{ session_id: "parts-session", calls: 1 }]);
});

test("a session's events show all three kinds", async () => {
  const { json } = await api.get("/v1/sessions/parts-session/events", finance);
  expect(json.events.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual([
    "audit",
    "part",
    "response",
  ]);
});

test("attempts of one request are calls with their own cost, and one request", async () => {
  const attempt = (n: number, fields: object = {}) => ({
    at: `${YEAR}-08-08T10:0${n}:00.000Z`,
    event_id: eventIdOf(`attempt-${n}`),
    session_id: "attempts-session",
    call_id: "call-of-three",
    team: "a",
    cost_usd: "1",
    cost_status: "rated",
    ...fields,
  });
  const moved = attempt(4, { call_id: "another-call" });
  await store.insertEvents(
    [
      ...[1, 2, 3].map((n) => attempt(n)),
      // Rated anew, and then moved to another team: the old one keeps no request.
      moved,
      { ...moved, epoch: 1, sign: -1 },
      { ...moved, epoch: 1, cost_usd: "3" },
      { ...moved, epoch: 2, sign: -1, cost_usd: "3" },
      { ...moved, epoch: 2, gateway_team: "b", team: "b", cost_usd: "3" },
      // Without an id of the gateway's each is one.
      attempt(5, { call_id: "" }),
      attempt(6, { call_id: "" }),
    ].map(eventRow),
  );
  const { json } = await api.get(`/v1/costs?from=${YEAR}-08-01&to=${YEAR}-09-01&group_by=team`, finance);
  expect(json.rows).toMatchObject([
    { team: "a", calls: 5, requests: 3, cost: { amount: "5" } },
    { team: "b", calls: 1, requests: 1, cost: { amount: "3" } },
  ]);
  expect(json.totals).toMatchObject({ calls: 6, requests: 4 });
  const sessions = await api.get(`/v1/sessions?from=${YEAR}-08-01&to=${YEAR}-09-01&team=a`, finance);
  expect(sessions.json.sessions).toMatchObject([{ session_id: "attempts-session", calls: 5, requests: 3 }]);
});
