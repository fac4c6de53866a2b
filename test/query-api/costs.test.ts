import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatMoney, type Money } from "#core/money.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";
import { uniqueName } from "#test/support/servers.ts";

/** This file's year: the database is shared by the files. */
const YEAR = 1981;
const OTHER_YEAR = 1982;
const RANGE = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01`;
const TEAMS = ["search", "ads", "maps", ""];
const MODELS = ["opus", "haiku", "unknown-model"];
const STATUSES = ["rated", "gateway", "estimated", "unpriced"] as const;

let store: Store;
let api: TestApi;
let finance: string;

/** What went in, with amounts as bigint of 1e-12 USD; the sums below never touch the store. */
const calls = Array.from({ length: 2_000 }, (_, at) => ({
  id: eventIdOf(`costs-${at}`),
  team: TEAMS[at % TEAMS.length] ?? "",
  model: MODELS[(at >> 2) % MODELS.length] ?? "",
  status: STATUSES[at % 7 < 4 ? 0 : (at % 7) - 3] ?? "rated",
  cost: (BigInt(at) * 1_234_567_891n + 7n) as Money,
  input: at % 5 === 0 ? null : at * 13,
  output: at % 3 === 0 ? null : 9_007_199_254_740_991,
  at: new Date(Date.UTC(YEAR, 0, 1) + at * 13_000_000).toISOString(),
}));

beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  finance = await api.key({ role: "finance" });
  await store.insertEvents(
    calls.map((call) =>
      eventRow({
        event_id: call.id,
        at: call.at,
        gateway_team: call.team,
        team: call.team,
        model: call.model,
        model_canonical: call.model === "opus" ? "claude-opus" : "",
        input_tokens: call.input,
        output_tokens: call.output,
        cost_status: call.status,
        cost_usd: call.status === "unpriced" ? null : formatMoney(call.cost),
      }),
    ),
  );
});
afterAll(() => store.close());

const sumOf = (rows: typeof calls, statuses: readonly string[]) =>
  formatMoney(rows.reduce((sum, row) => (statuses.includes(row.status) ? sum + row.cost : sum), 0n) as Money);

describe("the sums of /v1/costs", () => {
  test("by team and model are equal to an independent sum to the last digit", async () => {
    const answer = await api.get(`/v1/costs?${RANGE}&group_by=team,model`, finance);
    expect(answer.status).toBe(200);
    expect(answer.json.rows).toHaveLength(TEAMS.length * MODELS.length);
    for (const row of answer.json.rows) {
      const model = row.model === "claude-opus" ? "opus" : row.model;
      const mine = calls.filter((call) => call.team === (row.team ?? "") && call.model === model);
      expect(row.calls).toBe(mine.length);
      expect(row.cost).toEqual({ amount: sumOf(mine, ["rated", "estimated"]), currency: "USD" });
      expect(row.cost_by_status.gateway.amount).toBe(sumOf(mine, ["gateway"]));
      expect(row.cost_by_status.estimated.amount).toBe(sumOf(mine, ["estimated"]));
      expect(row.unpriced_calls).toBe(mine.filter((call) => call.status === "unpriced").length);
      expect(row.gateway_calls).toBe(mine.filter((call) => call.status === "gateway").length);
      expect(row.input_tokens).toBe(mine.reduce((sum, call) => sum + (call.input ?? 0), 0));
    }
    const { totals } = answer.json;
    expect(totals.calls).toBe(calls.length);
    expect(totals.cost.amount).toBe(sumOf(calls, ["rated", "estimated"]));
    expect(answer.json.unpriced_calls).toBe(calls.filter((call) => call.status === "unpriced").length);
  });

  test("counts beyond 2^53 come out digit by digit", async () => {
    const answer = await api.get(`/v1/costs?${RANGE}`, finance);
    const output = calls.reduce((sum, call) => sum + BigInt(call.output ?? 0), 0n);
    expect(output > 2n ** 63n).toBe(true);
    expect(answer.text).toContain(`"output_tokens":${output},`);
  });

  test("a meter that no call stated is null, not 0", async () => {
    const answer = await api.get(`/v1/costs?${RANGE}`, finance);
    expect(answer.json.totals.cache_read_tokens).toBeNull();
    expect(answer.json.rows[0].thinking_tokens).toBeNull();
  });

  test("filters narrow, repeated values widen, and the empty value is 'not known'", async () => {
    const of = async (query: string) =>
      (await api.get(`/v1/costs?${RANGE}&${query}`, finance)).json.totals.calls;
    expect(await of("team=search")).toBe(500);
    expect(await of("team=search&team=ads")).toBe(1000);
    expect(await of("team=")).toBe(500);
    expect(await of("model=claude-opus&team=search")).toBe(
      calls.filter((call) => call.team === "search" && call.model === "opus").length,
    );
    expect(await of("provider=anthropic")).toBe(2000);
    expect(await of("provider=aws")).toBe(0);
    expect(await of("status=error")).toBe(0);
  });

  test("say as of when, until when, with which settings, and how much is not priced", async () => {
    const { json } = await api.get(`/v1/costs?${RANGE}&group_by=team`, finance);
    expect(json).toMatchObject({
      as_of: "2026-11-23T12:00:00.000Z",
      settings_offset: 0,
      from: `${YEAR}-01-01T00:00:00.000Z`,
      to: `${YEAR + 1}-01-01T00:00:00.000Z`,
      gateway_cost: { amount: sumOf(calls, ["gateway"]), currency: "USD" },
    });
  });

  test("data_until is the arrival of the newest record that is counted", async () => {
    const newest = `${YEAR}-12-31T23:59:59.999Z`;
    await store.admin.insert({
      table: "batches_v1",
      token: uniqueName("batch"),
      columns: ["topic", "partition", "first_offset", "last_offset", "last_append_time", "ingested_at"],
      rows: [
        {
          topic: uniqueName("topic"),
          partition: 0,
          first_offset: 0,
          last_offset: 9,
          last_append_time: newest,
          ingested_at: "2026-11-01T00:00:00.000Z",
        },
      ],
    });
    const { json } = await api.get(`/v1/costs?${RANGE}`, finance);
    // Other files ingest into the same database, later than this one's year.
    expect(json.data_until >= newest).toBe(true);
    const viewer = await api.key({ role: "viewer", teams: ["search"] });
    expect((await api.get(`/v1/costs?${RANGE}`, viewer)).json.data_until >= newest).toBe(true);
  });

  test("dearest first, by calls or by name", async () => {
    const names = async (order: string) =>
      (await api.get(`/v1/costs?${RANGE}&group_by=team&order=${order}`, finance)).json.rows.map(
        (row: { team: string | null }) => row.team,
      );
    expect(await names("name")).toEqual([null, "ads", "maps", "search"]);
    expect([...(await names("cost"))].sort()).toEqual([...(await names("calls"))].sort());
  });
});

describe("an answer that is too wide", () => {
  test("is refused with a code and what to narrow, never cut", async () => {
    const wide = Array.from({ length: 10_001 }, (_, at) =>
      eventRow({
        event_id: eventIdOf(`wide-${at}`),
        at: `${OTHER_YEAR}-06-01T00:00:00.000Z`,
        session_id: `s${at}`,
      }),
    );
    await store.insertEvents(wide);
    const url = `/v1/costs?from=${OTHER_YEAR}-01-01&to=${OTHER_YEAR + 1}-01-01&group_by=session`;
    const json = await api.get(url, finance);
    expect([json.status, json.json.code]).toEqual([422, "QUERY_TOO_WIDE"]);
    expect(json.json.detail).toContain("shorter range");
    const lines = await api.get(`${url}&format=ndjson`, finance);
    expect(lines.text.trimEnd().split("\n")).toHaveLength(10_001);
  });
});
