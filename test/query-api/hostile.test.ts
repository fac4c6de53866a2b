import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIMENSIONS } from "#query-api/dimensions.ts";
import { GRANULARITIES } from "#query-api/granularity.ts";
import { AUDIT_ORDERS } from "#query-api/queries/audit-events.ts";
import { COST_ORDERS } from "#query-api/queries/costs.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1987;
const STORED_YEAR = 1984;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;

let store: Store;
let api: TestApi;
let viewer: string;
let admin: string;
/** Every text of SQL that was sent while a test ran. */
let sent = new Set<string>();

beforeAll(async () => {
  store = await openStore();
  const spy = (user: ClickHouse): Pick<ClickHouse, "query"> => ({
    query: (query) => {
      sent.add(query.sql);
      return user.query(query);
    },
  });
  api = await makeApi({ clickhouseTeam: spy(store.team), clickhouseAll: spy(store.all) });
  viewer = await api.key({ role: "viewer", teams: ["own"] });
  admin = await api.key({ role: "admin" });
  const at = `${YEAR}-06-01T12:00:00.000Z`;
  await store.insertEvents(
    Array.from({ length: 40 }, (_, index) =>
      eventRow({
        event_id: eventIdOf(`hostile-${index}`),
        at,
        team: index % 2 === 0 ? "own" : "foreign",
        session_id: `hostile-${index}`,
        model: index % 2 === 0 ? "m" : "secret-foreign-model",
      }),
    ),
  );
});
afterAll(() => store.close());

/** All texts there are: what each list can be asked, with ordinary values. */
async function finiteTexts(): Promise<ReadonlySet<string>> {
  sent = new Set();
  for (const name of DIMENSIONS)
    await api.get(`/v1/costs?${RANGE}&group_by=${name}&${name}=x&tag_key=env`, viewer);
  await api.get(`/v1/costs?${RANGE}&book_as_of=run-0`, viewer);
  for (const granularity of GRANULARITIES)
    for (const order of COST_ORDERS)
      await api.get(
        `/v1/costs?from=${YEAR}-01-01&to=${YEAR}-02-01&granularity=${granularity}&order=${order}&tz=Asia/Tokyo`,
        viewer,
      );
  for (const token of [viewer, admin])
    for (const filters of ["", "&team=x", "&user=x", "&team=x&user=x"])
      await pages(`/v1/sessions?${RANGE}&limit=1${filters.replaceAll("=x", "=own")}`, token, 2);
  for (const order of AUDIT_ORDERS)
    for (const filter of ["team=own", "session=x", "user=x", "source=x", "kind=response"])
      await pages(`/v1/audit/events?${RANGE}&limit=1&order=${order}&${filter}`, admin, 2);
  await api.get("/v1/sessions/hostile-0/events", viewer);
  await api.get("/v1/sessions/hostile-0/events", admin);
  for (const filter of ["", "kind=x", "id=x", "kind=x&id=x"])
    await api.get(`/v1/settings/changes?${filter}`, admin);
  return new Set([...sent].flatMap((text) => text.split("\n")));
}

async function pages(url: string, token: string, count: number): Promise<void> {
  let cursor: string | null = null;
  for (let page = 0; page < count; page++) {
    const { json }: { json: { next_cursor: string | null } } = await api.get(
      `${url}${cursor === null ? "" : `&cursor=${cursor}`}`,
      token,
    );
    cursor = json.next_cursor;
    if (cursor === null) return;
  }
}

const SQL_ISH = [
  "'",
  "\\'",
  "'; DROP TABLE events_v1; --",
  "{x:String}",
  "{scope_teams:Array(String)}",
  "/*",
  "--",
  "`",
  ") FORMAT Null",
  "SETTINGS readonly=0",
  "UNION ALL SELECT * FROM url('http://169.254.169.254')",
  "sleepEachRow(3)",
  "own') OR 1=1 --",
  "team DESC, (SELECT 1)",
  "\u0000",
  "a\u0000b",
  "\t\r\n\b\\N",
  "%",
  "__proto__",
  "ＯＷＮ",
  "\ud83d\ude00",
  "x".repeat(512),
  "x".repeat(513),
  "[]",
  "null",
  "1e309",
  "-0",
];

const PLACES = [
  ...DIMENSIONS.map((name) => `/v1/costs?${RANGE}&tag_key=env&group_by=team,model&${name}=`),
  ...["group_by", "order", "granularity", "tz", "format"].map((name) => `/v1/costs?${RANGE}&${name}=`),
  `/v1/costs?to=${YEAR}-02-01&from=`,
  `/v1/costs?from=${YEAR}-01-01&to=`,
  ...["team", "user", "limit", "cursor", "tz"].map((name) => `/v1/sessions?${RANGE}&${name}=`),
  "/v1/prices?platform=",
  "/v1/prices?model=",
  ...["limit", "cursor"].map((name) => `/v1/sessions/hostile-0/events?${name}=`),
  "/v1/sessions/<>/events",
];
const ADMIN_PLACES = [
  ...["team", "session", "user", "source", "kind", "order", "limit", "cursor"].map(
    (name) => `/v1/audit/events?${RANGE}&${name}=`,
  ),
  ...["kind", "id", "limit", "cursor"].map((name) => `/v1/settings/changes?${name}=`),
  "/v1/settings/source/<>",
  "/v1/settings/<>",
];

const put = (place: string, value: string) =>
  place.includes("<>") ? place.replace("<>", encodeURIComponent(value)) : place + encodeURIComponent(value);

/** A repeatable stream of odd texts. */
function* oddTexts(seed: number, count: number): Generator<string> {
  const letters = [..."'\"`\\{}():;,-+*/%=<>[]|&?#@! \t\n\r\u0000\u202e\u00e9own0123456789eE.TZ"];
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  for (let made = 0; made < count; made++) {
    const length = 1 + next(24);
    yield Array.from({ length }, () => letters[next(letters.length)] ?? "").join("");
  }
}

describe("whatever stands in a parameter", () => {
  test("is bound or refused: no failure of ours, no new text of SQL, no row of another team", async () => {
    const lines = await finiteTexts();
    sent = new Set();
    const values = [...SQL_ISH, ...oddTexts(20_261_123, 10)];
    for (const [places, token] of [
      [PLACES, viewer],
      [ADMIN_PLACES, admin],
    ] as const)
      for (const place of places) {
        const answers = await Promise.all(
          chunks(values, 8).map(async (some) => {
            const found = [];
            for (const value of some) found.push([value, await api.get(put(place, value), token)] as const);
            return found;
          }),
        );
        for (const [value, { status, text }] of answers.flat()) {
          expect([place, value, status < 500]).toEqual([place, value, true]);
          if (token === viewer) expect(text).not.toContain("secret-foreign");
        }
      }
    const texts = [...sent].flatMap((text) => text.split("\n"));
    expect(texts.length).toBeGreaterThan(50);
    expect(texts.filter((line) => !lines.has(line) && !/^by_(team|model),?$/.test(line))).toEqual([]);
  }, 240_000);
});

function chunks<Value>(values: readonly Value[], count: number): Value[][] {
  return Array.from({ length: count }, (_, at) => values.filter((__, index) => index % count === at));
}

describe("a hostile value in the store", () => {
  test.each(SQL_ISH.filter((value) => value.length <= 512))(
    "%j is found by itself and nothing else",
    async (value) => {
      const at = `${STORED_YEAR}-06-01T12:00:00.000Z`;
      const event_id = eventIdOf(`stored-${Buffer.from(value).toString("hex")}`);
      await store.insertEvents([
        eventRow({ event_id, at, team: "own", session_id: value, agent: "hostile" }),
      ]);
      const range = `from=${STORED_YEAR}-01-01&to=${STORED_YEAR + 1}-01-01`;
      const { json } = await api.get(
        `/v1/costs?${range}&group_by=session&session=${encodeURIComponent(value)}`,
        viewer,
      );
      expect(json.rows.map((row: { session: string; calls: number }) => [row.session, row.calls])).toEqual([
        [value, 1],
      ]);
    },
  );
});
