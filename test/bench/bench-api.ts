import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import { startServers } from "#embedded/servers.ts";
import { buildApi } from "#query-api/app.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { migrate } from "#runtime/migrate.ts";
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
    const key = (fields: KeyFields) => issueKey(randomBytes(KEY_RANDOM_BYTES), fields);
    const finance = key({ label: "bench", role: "finance" });
    const viewer = key({ label: "bench", role: "viewer", teams: ["team-1"] });
    const keys = new Map(
      [finance, viewer].map(({ setting }) => [setting.id, { version: 1, offset: 0n, value: setting }]),
    );
    const state: SettingsState = { ...NO_SETTINGS, keys };
    const app = await buildApi({
      clickhouseTeam: connect("api_team"),
      clickhouseAll: connect("api_all"),
      settings: {
        topic: "settings",
        state: () => state,
        at: () => state,
        outcomesAfter: () => [],
        offsetAt: () => -1n,
        caughtUp: async () => {},
      },
      changeSettings: () => Promise.reject(new Error("the benchmark changes nothing")),
      recordAct: async () => {},
      log: createLog("bench", "silent"),
      metrics: createMetrics({ defaults: false }),
      cursorSecret: randomBytes(32),
      clock: () => new Date(),
    });
    const ask = async (asked: string, token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await app.inject({ method: "GET", url: asked, headers });
      if (response.statusCode !== 200) throw new Error(response.body);
      return response.json() as CostsAnswer;
    };
    await work({
      admin: connect("admin"),
      clickHousePid: pid,
      finance: finance.token,
      viewer: viewer.token,
      ask,
    });
    await app.close();
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
