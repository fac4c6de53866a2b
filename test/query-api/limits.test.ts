import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { failure } from "#core/failure.ts";
import { QUERIES_MAX } from "#query-api/query-slots.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { makeApi, openStore, type Store } from "#test/query-api/api-kit.ts";
import { sharedServers } from "#test/support/servers.ts";

// From the calls: by that name its query is held up below.
const URL_OK = "/v1/costs?from=2026-11-01&to=2026-11-02&read=calls";
let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

describe("when the store fails", () => {
  test.each([
    ["CLICKHOUSE_TIMEOUT", 504],
    ["CLICKHOUSE_BUSY", 503],
    ["CLICKHOUSE_LIMIT_EXCEEDED", 422],
    ["CLICKHOUSE_LOGIN_REFUSED", 500],
    ["CLICKHOUSE_REFUSED", 500],
  ] as const)("%s is %i, and neither host nor user nor SQL is told", async (code, status) => {
    const params = {
      url: "http://secret-host:8123",
      user: "secret-user",
      query: "costs",
      reason: "SELECT secret",
      code: "1",
    };
    const broken = { query: () => Promise.reject(failure(code, params)) };
    const api = await makeApi({ clickhouseTeam: broken, clickhouseAll: broken });
    const answer = await api.get(URL_OK, await api.key({ role: "finance" }));
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain("secret");
    expect(answer.json.request_id).toMatch(/^[0-9a-f-]{36}$/);
    if (status === 500) expect(answer.json.code).toBe("INTERNAL");
    if (status === 500) expect(answer.json.detail).toContain(answer.json.request_id);
  });

  test("a store that is away is 503 with a hint to ask again", async () => {
    const away = connectClickHouse({
      url: "http://127.0.0.1:9",
      user: "x",
      password: "x",
      database: "x",
      requestTimeoutMs: 2_000,
    });
    const api = await makeApi({ clickhouseTeam: away, clickhouseAll: away });
    const answer = await api.get(URL_OK, await api.key({ role: "finance" }));
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
    expect(answer.text).not.toContain("127.0.0.1");
    await away.close();
  });

  test("a fault of our own tells only its id", async () => {
    const broken = { query: () => Promise.reject(new TypeError("secret detail")) };
    const api = await makeApi({ clickhouseTeam: broken, clickhouseAll: broken });
    const { status, json, text } = await api.get(URL_OK, await api.key({ role: "finance" }));
    expect([status, json.code, text.includes("secret")]).toEqual([500, "INTERNAL", false]);
  });
});

describe("many queries at once", () => {
  test("of one key are bounded, and another key is answered meanwhile", async () => {
    const gate = Promise.withResolvers<void>();
    let held: string | null = null;
    const slow = (user: ClickHouse): Pick<ClickHouse, "query"> => ({
      query: async (query) => {
        if (query.name === held) await gate.promise;
        return user.query(query);
      },
    });
    const api = await makeApi({ clickhouseTeam: slow(store.team), clickhouseAll: slow(store.all) });
    const [greedy, other] = [
      await api.key({ role: "finance" }),
      await api.key({ role: "viewer", teams: ["a"] }),
    ];
    held = "costs";
    const all = Promise.all(Array.from({ length: 50 }, () => api.get(URL_OK, greedy)));
    const polite = api.get("/v1/sessions?from=2026-11-01&to=2026-11-02", other);
    expect((await polite).status).toBe(200);
    gate.resolve();
    const statuses = (await all).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(QUERIES_MAX);
    expect(statuses.filter((status) => status === 429)).toHaveLength(50 - QUERIES_MAX);
    expect((await api.get(URL_OK, greedy)).status).toBe(200);
  });
});

describe("a client that goes away", () => {
  test("ends its query on the server", async () => {
    const { clickHouseUrl } = await sharedServers();
    const mark = `abandoned_${process.pid}`;
    // The query itself runs for long on the real server: what is asked is ours, the delay is the test's.
    const slow: Pick<ClickHouse, "query"> = {
      query: (query) =>
        store.all.query({
          ...query,
          ...(query.name === "costs" && {
            sql: `SELECT 1 AS ${mark} FROM numbers(20) WHERE sleepEachRow(0.5) = 1 SETTINGS max_block_size = 1`,
          }),
        }),
    };
    const api = await makeApi({ clickhouseTeam: slow, clickhouseAll: slow });
    const token = await api.key({ role: "finance" });
    await api.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    const running = async () => {
      const response = await fetch(`${clickHouseUrl}/?user=admin&password=test-password`, {
        method: "POST",
        body: `SELECT count() FROM system.processes WHERE query LIKE '%AS ${mark}%' AND query NOT LIKE '%system.processes%'`,
      });
      return Number(await response.text());
    };
    const client = request({
      host: "127.0.0.1",
      port,
      path: URL_OK,
      headers: { authorization: `Bearer ${token}` },
    });
    client.on("error", () => {});
    client.end();
    await vi.waitUntil(async () => (await running()) === 1, { timeout: 5_000, interval: 50 });
    client.destroy();
    await vi.waitUntil(async () => (await running()) === 0, { timeout: 4_000, interval: 50 });
    await api.app.close();
  });
});
