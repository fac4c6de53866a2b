import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";

const YEAR = 1983;
let store: Store;
let api: TestApi;
let finance: string;

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
});
afterAll(() => store.close());

const costs = async (query: string) => (await api.get(`/v1/costs?${query}`, finance)).json;

describe("corrections are rows", () => {
  const range = `from=${YEAR}-01-01&to=${YEAR}-02-01`;
  const call = {
    event_id: eventIdOf("moved"),
    at: `${YEAR}-01-10T10:00:00.000Z`,
    session_id: "corrected",
    gateway_team: "old",
    input_tokens: 10,
    cost_usd: "1.5",
    cost_status: "rated",
  };
  const rerated = { ...call, event_id: eventIdOf("rerated"), team: "old" };

  test("a call that moved counts once, and under its old team nothing is left of it", async () => {
    await store.insertEvents([eventRow({ ...call, team: "old" }), eventRow(rerated)]);
    await store.insertEvents([
      eventRow({ ...call, team: "old", epoch: 1, sign: -1 }),
      eventRow({ ...call, team: "new", epoch: 1 }),
      eventRow({ ...rerated, epoch: 1, sign: -1 }),
      eventRow({ ...rerated, epoch: 1, cost_usd: "2.000000000001" }),
    ]);
    const { rows, totals } = await costs(`${range}&group_by=team&order=name`);
    expect(
      rows.map((row: Record<string, unknown>) => [
        row["team"],
        row["calls"],
        row["cost"],
        row["input_tokens"],
      ]),
    ).toEqual([
      ["new", 1, { amount: "1.5", currency: "USD" }, 10],
      ["old", 1, { amount: "2.000000000001", currency: "USD" }, 10],
    ]);
    expect(totals.calls).toBe(2);
  });

  test("a team whose calls all moved away is no row", async () => {
    const { rows } = await costs(`${range}&group_by=team&team=old&session=corrected`);
    expect(rows).toHaveLength(1);
    const gone = { ...call, event_id: eventIdOf("gone"), at: `${YEAR}-01-20T10:00:00.000Z` };
    await store.insertEvents([
      eventRow({ ...gone, team: "emptied" }),
      eventRow({ ...gone, team: "emptied", epoch: 1, sign: -1 }),
      eventRow({ ...gone, team: "new", epoch: 1 }),
    ]);
    expect((await costs(`${range}&group_by=team&team=emptied`)).rows).toEqual([]);
  });

  test("a session shows each event once, as it is believed now", async () => {
    const { json } = await api.get("/v1/sessions/corrected/events", finance);
    const shown = json.events.map((event: Record<string, unknown>) => [
      event["event_id"],
      event["team"],
      event["epoch"],
      (event["cost"] as { amount: string }).amount,
    ]);
    expect(shown).toEqual(
      expect.arrayContaining([
        [eventIdOf("moved"), "new", 1, "1.5"],
        [eventIdOf("rerated"), "old", 1, "2.000000000001"],
      ]),
    );
    expect(shown).toHaveLength(3);
  });
});

describe("duplicates whose time that counts differs", () => {
  // A record that states no time: its bucket is 1970 and the append time counts, so a later copy lies elsewhere.
  const id = eventIdOf("reposted");
  const copy = (day: number, version: number) =>
    eventRow({
      event_id: id,
      at: `${YEAR}-03-0${day}T00:00:00.000Z`,
      bucket: "1970-01-01T00:00:00",
      team: "timeless",
      version,
    });
  const callsOn = async (day: number) =>
    (await costs(`from=${YEAR}-03-0${day}&to=${YEAR}-03-0${day + 1}&team=timeless`)).totals.calls;

  test("are one call, at the time of the copy that wins, however the range is cut", async () => {
    await store.admin.command("SYSTEM STOP MERGES events_v1");
    try {
      // Enough rows between the two for each to lie in a granule that the other day's range does not touch.
      for (const [day, version] of [
        [2, 100],
        [7, 50],
      ] as const) {
        const others = Array.from({ length: 20_000 }, (_, at) =>
          eventRow({
            event_id: eventIdOf(`other-${day}-${at}`),
            at: `${YEAR}-03-0${day}T00:00:00.000Z`,
            bucket: "1970-01-01T00:00:00",
            team: "others",
          }),
        );
        await store.insertEvents([copy(day, version), ...others]);
      }
      expect([await callsOn(2), await callsOn(7)]).toEqual([1, 0]);
      expect((await costs(`from=${YEAR}-03-01&to=${YEAR}-03-09&team=timeless`)).totals.calls).toBe(1);
    } finally {
      await store.admin.command("SYSTEM START MERGES events_v1");
    }
  });
});

describe("what does not count", () => {
  test("evidence and requests are in no cost", async () => {
    const at = `${YEAR}-05-01T00:00:00.000Z`;
    await store.insertEvents([
      eventRow({ event_id: eventIdOf("seen"), at, role: "evidence", cost_usd: "9", cost_status: "rated" }),
      eventRow({ event_id: eventIdOf("asked"), at, kind: "request" }),
      eventRow({ event_id: eventIdOf("counted"), at, cost_usd: "1", cost_status: "rated" }),
    ]);
    const { totals } = await costs(`from=${YEAR}-05-01&to=${YEAR}-05-02`);
    expect([totals.calls, totals.cost.amount]).toEqual([1, "1"]);
  });
});
