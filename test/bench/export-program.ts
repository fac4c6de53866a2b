import { startApi } from "#query-api/start.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { keepHeapSmall } from "#runtime/small-heap.ts";
import { benchApp } from "#test/bench/bench-app.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

/**
 * The query API as a process of its own, so that its memory is its own; prints where it listens and with which key.
 *
 * Arguments: ClickHouse URL, database. Runs until it is ended.
 */
keepHeapSmall();
const [url = "", database = ""] = process.argv.slice(2);
const connect = (user: string) =>
  connectClickHouse({ url, user, password: TEST_PASSWORD, database, requestTimeoutMs: 120_000 });
const { deps, finance } = benchApp({
  clickhouseTeam: connect("api_team"),
  clickhouseAll: connect("api_all"),
});
const api = await startApi(deps, { host: "127.0.0.1", port: 0 });
process.stdout.write(`${JSON.stringify({ url: api.url, key: finance })}\n`);
