import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { formatMoney, type Money } from "#core/money.ts";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import { startServers } from "#embedded/servers.ts";
import { buildApi } from "#query-api/app.ts";
import type { App } from "#query-api/app-type.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { migrate } from "#runtime/migrate.ts";
import { costEvents, type GroupSum } from "#test/bench/cost-events.ts";
import { benchMonth } from "#test/bench/month-costs.ts";
import { EVENT_COLUMNS } from "#test/support/event-row.ts";
import { TEST_PASSWORD, testUsers } from "#test/support/test-users.ts";

const DATABASE = "spendtrail";
const RANGE = "from=2026-08-01&to=2026-11-01";
const DAY = "from=2026-10-01&to=2026-10-02";

/**
 * `npm run bench costs -- [--events 1000000] [--runs 20]`: how long `/v1/costs` takes from the calls, and whether it is
 * right. With `--calls 10000000` instead: a month by team, model and day, from the rollups and from the calls.
 */
export async function run(args: readonly string[]): Promise<void> {
  const options = {
    events: { type: "string", default: "1000000" },
    runs: { type: "string", default: "20" },
    calls: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.calls !== undefined)
    return benchMonth({ calls: Number(values.calls), runs: Math.max(100, Number(values.runs)) });
  const figures = await benchCosts({ events: Number(values.events), runs: Number(values.runs) });
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}

interface Latency {
  readonly p50_ms: number;
  readonly p95_ms: number;
}

export interface CostsFigures {
  readonly events: number;
  readonly rows_inserted: number;
  readonly parts: number;
  readonly insert_seconds: number;
  /** Whether every group equals the independent sum to the last digit. */
  readonly exact: boolean;
  readonly groups: number;
  readonly runs: number;
  readonly latency: Readonly<Record<string, Latency>>;
}

/** Fills a new embedded server and asks the whole API, by the users and views that it has in production. */
export async function benchCosts(given: { events: number; runs: number }): Promise<CostsFigures> {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-bench-"));
  const servers = await startServers({
    dataDir: folder,
    kafka: false,
    clickhouse: true,
    usersXml: clickHouseUsersXml(testUsers(), DATABASE),
  });
  const connections: ClickHouse[] = [];
  try {
    const url = servers.clickhouse?.url ?? "";
    const config = (user: string) => ({
      url,
      user,
      password: TEST_PASSWORD,
      database: DATABASE,
      requestTimeoutMs: 120_000,
    });
    await migrate(config("admin"), DATABASE, "sql");
    const connect = (user: string) => {
      const connection = connectClickHouse(config(user));
      connections.push(connection);
      return connection;
    };
    return await measure(connect("admin"), connect("api_team"), connect("api_all"), given);
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  admin: ClickHouse,
  team: ClickHouse,
  all: ClickHouse,
  { events, runs }: { events: number; runs: number },
): Promise<CostsFigures> {
  const sums = new Map<string, GroupSum>();
  const began = performance.now();
  let inserted = 0;
  for (const rows of costEvents(20_261_123, events, 50_000, sums)) {
    await admin.insert({ table: "events_v1", columns: EVENT_COLUMNS, rows, token: `bench-${inserted}` });
    inserted += rows.length;
  }
  const insertSeconds = (performance.now() - began) / 1000;
  const { app, finance, viewer } = await apiOver(team, all);
  const byTeamAndModel = `/v1/costs?${RANGE}&group_by=team,model`;
  const arms: Readonly<Record<string, () => Promise<unknown>>> = {
    by_team_and_model: () => ask(app, byTeamAndModel, finance),
    by_team_and_model_no_final_sql: () => withoutFinal(admin),
    one_team_of_a_viewer: () => ask(app, byTeamAndModel, viewer),
    by_team_per_day: () =>
      ask(app, `/v1/costs?${RANGE}&group_by=team&granularity=day&tz=Europe/Berlin`, finance),
    one_day_by_team_and_model: () => ask(app, `/v1/costs?${DAY}&group_by=team,model`, finance),
  };
  const latency: Record<string, Latency> = {};
  for (const [name, arm] of Object.entries(arms)) latency[name] = await timed(arm, runs);
  const answer = (await ask(app, byTeamAndModel, finance)) as { rows: AnswerRow[] };
  await app.close();
  return {
    events,
    rows_inserted: inserted,
    parts: await partsOf(admin),
    insert_seconds: round(insertSeconds),
    exact: isExact(answer.rows, sums),
    groups: sums.size,
    runs,
    latency,
  };
}

interface AnswerRow {
  readonly team: string;
  readonly model: string;
  readonly calls: number;
  readonly input_tokens: number;
  readonly cost: { readonly amount: string };
}

function isExact(rows: readonly AnswerRow[], sums: ReadonlyMap<string, GroupSum>): boolean {
  return (
    rows.length === sums.size &&
    rows.every((row) => {
      const sum = sums.get(`${row.team} ${row.model}`);
      return (
        sum !== undefined &&
        BigInt(row.calls) === sum.calls &&
        BigInt(row.input_tokens) === sum.input &&
        row.cost.amount === formatMoney(sum.cost as Money)
      );
    })
  );
}

async function apiOver(
  team: ClickHouse,
  all: ClickHouse,
): Promise<{ app: App; finance: string; viewer: string }> {
  const key = (fields: KeyFields) => issueKey(randomBytes(KEY_RANDOM_BYTES), fields);
  const finance = key({ label: "bench", role: "finance" });
  const viewer = key({ label: "bench", role: "viewer", teams: ["team-1"] });
  const keys = new Map(
    [finance, viewer].map(({ setting }) => [setting.id, { version: 1, offset: 0n, value: setting }]),
  );
  const state: SettingsState = { ...NO_SETTINGS, keys };
  const app = await buildApi({
    clickhouseTeam: team,
    clickhouseAll: all,
    settings: {
      topic: "",
      state: () => state,
      caughtUp: async () => {},
      at: () => state,
      outcomesAfter: () => [],
      offsetAt: () => -1n,
    },
    changeSettings: () => Promise.reject(new Error("the benchmark changes nothing")),
    recordAct: async () => {},
    log: createLog("bench", "silent"),
    metrics: createMetrics({ defaults: false }),
    cursorSecret: randomBytes(32),
    clock: () => new Date(),
  });
  return { app, finance: finance.token, viewer: viewer.token };
}

async function ask(app: App, url: string, token: string): Promise<unknown> {
  const response = await app.inject({ method: "GET", url, headers: { authorization: `Bearer ${token}` } });
  if (response.statusCode !== 200) throw new Error(response.body);
  return response.json();
}

/** The baseline: the same grouping straight from the table, without FINAL, so duplicates are in it. */
async function withoutFinal(admin: ClickHouse): Promise<unknown> {
  return admin.query({
    name: "baseline",
    sql: `SELECT team, model_canonical AS model, toString(sum(sign * cost_usd)) AS cost, sum(sign) AS calls
      FROM events_v1 WHERE kind = 'response' AND role = 'ledger' GROUP BY team, model`,
    row: z.object({ team: z.string(), model: z.string(), cost: z.string(), calls: z.string() }),
  });
}

async function partsOf(admin: ClickHouse): Promise<number> {
  const [row] = await admin.query({
    name: "parts",
    sql: "SELECT toUInt32(count()) AS parts FROM system.parts WHERE table = 'events_v1' AND active",
    row: z.object({ parts: z.int() }),
  });
  return row?.parts ?? 0;
}

async function timed(arm: () => Promise<unknown>, runs: number): Promise<Latency> {
  await arm();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await arm();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  return { p50_ms: at(0.5), p95_ms: at(0.95) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
