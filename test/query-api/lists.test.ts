import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";
import { uniqueName } from "#test/support/servers.ts";

const YEAR = 1991;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const SESSIONS = 7;
const EVENTS_EACH = 6;

let store: Store;
let api: TestApi;
let auditor: string;

type Row = Record<string, unknown> & { event_id: string; session_id: string; team: string; calls: number };

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  auditor = await api.key({ role: "auditor" });
  const events = Array.from({ length: SESSIONS * EVENTS_EACH }, (_, at) => ({
    event_id: eventIdOf(`lists-${at}`),
    // Some at the same moment, so that a page may end between equals.
    at: new Date(Date.UTC(YEAR, 2, 1 + (at % SESSIONS), 10, Math.floor(at / SESSIONS / 2))).toISOString(),
    session_id: `list-${at % SESSIONS}`,
    team: at % 2 === 0 ? "a" : "b",
    kind: at < SESSIONS ? "request" : "response",
    offset: at,
    model_canonical: "claude",
    cost_usd: at < SESSIONS ? null : "0.5",
    cost_status: at < SESSIONS ? "" : at % 5 === 0 ? "unpriced" : "rated",
  }));
  await store.insertEvents(events.map(eventRow));
  await store.admin.insert({
    table: "records_v1",
    token: uniqueName("records"),
    columns: [
      ...["topic", "partition", "offset", "element", "append_time", "source", "gateway", "outcome"],
      ...["stored", "received_sha256", "stored_sha256", "rows_sha256", "leaf", "epoch", "ingested_at"],
    ],
    rows: events.map((event) => ({
      topic: "spendtrail.records",
      partition: 0,
      offset: event.offset,
      element: 0,
      append_time: event.at,
      source: "litellm-test",
      gateway: "litellm",
      outcome: "accepted",
      stored: "{}",
      received_sha256: "a".repeat(64),
      stored_sha256: "b".repeat(64),
      rows_sha256: "c".repeat(64),
      leaf: String(event.offset).padStart(64, "0"),
      epoch: 0,
      ingested_at: event.at,
    })),
  });
});
afterAll(() => store.close());

async function everyPage(url: string, name: string, token = auditor): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = "";
  for (let page = 0; cursor !== null; page++) {
    if (page > 100) throw new Error("the list has no end");
    const { status, json } = await api.get(`${url}${cursor && `&cursor=${cursor}`}`, token);
    expect([status, json.detail]).toEqual([200, undefined]);
    rows.push(...json[name]);
    cursor = json.next_cursor;
  }
  return rows;
}

describe("pages", () => {
  test.each([
    [`/v1/sessions?${RANGE}`, "sessions", (row: Row) => `${row.session_id}${row.team}`],
    ["/v1/sessions/list-3/events?", "events", (row: Row) => row.event_id],
    [`/v1/audit/events?${RANGE}&order=newest`, "events", (row: Row) => row.event_id],
    [`/v1/audit/events?${RANGE}&order=oldest`, "events", (row: Row) => row.event_id],
    [`/v1/audit/events?${RANGE}&team=a&kind=response`, "events", (row: Row) => row.event_id],
  ] as const)("of %s are the whole list, in order, nothing twice", async (url, name, key) => {
    const whole = await everyPage(`${url}&limit=200`, name);
    expect(whole.length).toBeGreaterThan(3);
    for (const limit of [1, 4]) {
      const paged = await everyPage(`${url}&limit=${limit}`, name);
      expect(paged.map(key)).toEqual(whole.map(key));
    }
    expect(new Set(whole.map(key)).size).toBe(whole.length);
  });

  test("of the audit trail are by time, either way", async () => {
    const times = async (order: string) =>
      (await everyPage(`/v1/audit/events?${RANGE}&order=${order}&limit=10`, "events")).map(
        (row) => row["event_time"],
      );
    const oldest = await times("oldest");
    expect(oldest).toHaveLength(SESSIONS * EVENTS_EACH);
    expect(oldest).toEqual([...oldest].sort());
    expect(await times("newest")).toEqual([...oldest].reverse());
  });
});

describe("cursors", () => {
  test("edited, of another key or of another question are refused", async () => {
    const first = await api.get(`/v1/sessions?${RANGE}&limit=2`, auditor);
    const cursor: string = first.json.next_cursor;
    const stranger = await api.key({ role: "auditor" });
    const refused = async (url: string, token = auditor) => {
      const { status, json } = await api.get(url, token);
      expect([url, status, json.code]).toEqual([url, 400, "CURSOR_INVALID"]);
    };
    for (let at = 0; at < cursor.length; at += 7) {
      const letter = cursor[at] === "A" ? "B" : "A";
      await refused(
        `/v1/sessions?${RANGE}&limit=2&cursor=${cursor.slice(0, at)}${letter}${cursor.slice(at + 1)}`,
      );
    }
    await refused(`/v1/sessions?${RANGE}&limit=2&cursor=${cursor}=`);
    await refused(`/v1/sessions?${RANGE}&limit=2&cursor=${cursor.slice(0, 10)}`);
    await refused(`/v1/sessions?${RANGE}&limit=2&cursor=${cursor}`, stranger);
    await refused(`/v1/sessions?${RANGE}&limit=2&team=a&cursor=${cursor}`);
    await refused(`/v1/audit/events?${RANGE}&cursor=${cursor}`);
    await refused(`/v1/sessions/list-1/events?cursor=${cursor}`);
    expect((await api.get(`/v1/sessions?${RANGE}&limit=5&cursor=${cursor}`, auditor)).status).toBe(200);
  });
});

describe("a session", () => {
  test("lists calls, times, models and money of each team's part", async () => {
    const sessions = await everyPage(`/v1/sessions?${RANGE}&limit=50`, "sessions");
    expect(sessions.reduce((sum, row) => sum + row.calls, 0)).toBe(SESSIONS * (EVENTS_EACH - 1));
    const one = sessions.find((row) => row.session_id === "list-0" && row.team === "b");
    expect(one).toMatchObject({
      first_at: `${YEAR}-03-01T10:00:00.000Z`,
      last_at: `${YEAR}-03-01T10:02:00.000Z`,
      calls: 3,
      models: ["claude"],
      cost: { amount: "1", currency: "USD" },
      unpriced_calls: 1,
    });
  });

  test("shows its requests and responses in order, each with position and hashes", async () => {
    const { json } = await api.get("/v1/sessions/list-0/events", auditor);
    expect(json.events).toHaveLength(EVENTS_EACH);
    expect(json.events[0]).toMatchObject({
      kind: "request",
      cost: null,
      position: { topic: "spendtrail.records", partition: 0, offset: 0, element: 0 },
      hashes: { leaf: "0".repeat(64), received_sha256: "a".repeat(64) },
    });
    const times = json.events.map((event: Row) => event["event_time"]);
    expect(times).toEqual([...times].sort());
  });

  test("a viewer is given positions, not hashes", async () => {
    const viewer = await api.key({ role: "viewer", teams: ["a"] });
    const { json } = await api.get("/v1/sessions/list-0/events", viewer);
    expect(json.events.every((event: Row) => event.team === "a" && event["hashes"] === null)).toBe(true);
  });
});

describe("reading the audit trail", () => {
  test("is on the log before the answer leaves, with who and what", async () => {
    api.acts.length = 0;
    await api.get(`/v1/audit/events?${RANGE}&team=a`, auditor);
    expect(api.acts).toEqual([
      expect.objectContaining({
        act: "audit.read",
        actor: auditor.split("_")[1],
        detail: expect.objectContaining({ team: ["a"], from: `${YEAR}-01-01T00:00:00.000Z` }),
      }),
    ]);
  });

  test("is refused when it cannot be recorded, and the store is not asked", async () => {
    const asked: string[] = [];
    const all: Pick<typeof store.all, "query"> = {
      query: (query) => {
        asked.push(query.name);
        return store.all.query(query);
      },
    };
    const deaf = await makeApi(
      { clickhouseTeam: store.team, clickhouseAll: all },
      { recordAct: () => Promise.reject(new Error("no broker")) },
    );
    const key = await deaf.key({ role: "auditor" });
    for (const url of [`/v1/audit/events?${RANGE}`, "/v1/settings/changes"]) {
      const { status, json } = await deaf.get(url, key);
      expect([status, json.code]).toEqual([503, "ACT_NOT_RECORDED"]);
    }
    expect(asked).toEqual([]);
  });
});
