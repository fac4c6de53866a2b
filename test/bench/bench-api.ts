import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServers } from "#embedded/servers.ts";
import { buildApi } from "#query-api/app.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { migrate } from "#runtime/migrate.ts";
import { benchApp } from "#test/bench/bench-app.ts";
import { TEST_PASSWORD, testUsers } from "#test/support/test-users.ts";

const DATABASE = "spendtrail";

export interface CostsAnswer {
  readonly read_from: string;
  readonly rows: readonly Record<string, unknown>[];
}

/** The whole API over an embedded ClickHouse of its own, by the users and views that it has in production. */
export interface BenchApi {
  readonly admin: ClickHouse;
  readonly clickHousePid: number;
  /** ClickHouse's address. */
  readonly url: string;
  readonly finance: string;
  readonly viewer: string;
  ask(url: string, key: string): Promise<CostsAnswer>;
}

/** Starts it in a temporary folder, hands it over, and stops it whatever happens. */
export async function onBenchApi(work: (bench: BenchApi) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-bench-"));
  const usersXml = clickHouseUsersXml(testUsers(), DATABASE);
  const servers = await startServers({ dataDir: folder, kafka: false, clickhouse: true, usersXml });
  const connections: ClickHouse[] = [];
  try {
    if (servers.clickhouse === null) throw new Error("ClickHouse was asked for");
    const { url, pid } = servers.clickhouse;
    const as = (user: string) => ({
      url,
      user,
      password: TEST_PASSWORD,
      database: DATABASE,
      requestTimeoutMs: 120_000,
    });
    await migrate(as("admin"), DATABASE, "sql");
    const connect = (user: string) => {
      const connection = connectClickHouse(as(user));
      connections.push(connection);
      return connection;
    };
    const { deps, finance, viewer } = benchApp({
      clickhouseTeam: connect("api_team"),
      clickhouseAll: connect("api_all"),
    });
    const app = await buildApi(deps);
    const ask = async (asked: string, token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await app.inject({ method: "GET", url: asked, headers });
      if (response.statusCode !== 200) throw new Error(response.body);
      return response.json() as CostsAnswer;
    };
    await work({
      admin: connect("admin"),
      clickHousePid: pid,
      url,
      finance,
      viewer,
      ask,
    });
    await app.close();
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
