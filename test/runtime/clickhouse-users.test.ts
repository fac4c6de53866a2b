import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type EmbeddedClickHouse, startClickHouse } from "#embedded/clickhouse.ts";
import { conflictsJob } from "#jobs/conflicts/job.ts";
import { conflictMeasures } from "#jobs/conflicts/measures.ts";
import { compareRollupsJob } from "#jobs/rollups/compare-job.ts";
import { rollupMeasures } from "#jobs/rollups/measures.ts";
import { ROLLUPS } from "#jobs/rollups/rollup.ts";
import { rollUp } from "#jobs/rollups/round.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { ALL_VIEWS, productUsers, SHARED_VIEWS, TEAM_VIEWS } from "#runtime/clickhouse-users.ts";
import { clickHouseGrantsSql } from "#runtime/clickhouse-users-sql.ts";
import { clickHouseUsersXml } from "#runtime/clickhouse-users-xml.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { migrate } from "#runtime/migrate.ts";
import { readMigrations } from "#runtime/migrations.ts";
import { splitStatements } from "#runtime/split-statements.ts";

const DATABASE = "shop";
const ROLES = { admin: "adm", ingest: "ing", apiTeam: "team", apiAll: "everyone" } as const;
const as = (user: string) => ({ user, password: `password of ${user}` });
const users = productUsers(
  { admin: as("adm"), ingest: as("ing"), apiTeam: as("team"), apiAll: as("everyone") },
  { timeMsMax: 3_000, resultRowsMax: 1_000, readRowsMax: 50_000, memoryBytesMax: 200_000_000 },
);
const folder = mkdtempSync(join(tmpdir(), "spendtrail-users-"));
let server: EmbeddedClickHouse;
let connections: Record<keyof typeof ROLES, ClickHouse>;
const Any = z.looseObject({});
const RANGE = { from: "2026-01-01 00:00:00.000", to: "2027-01-01 00:00:00.000" };
const TIME = "from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}";

const connect = (user: string, password = as(user).password) =>
  connectClickHouse({ url: server.url, user, password, database: DATABASE, requestTimeoutMs: 10_000 });
const ask = (as: ClickHouse, sql: string, params: Record<string, unknown> = {}, settings = {}) =>
  as.query({ name: "asked", sql, params: { ...RANGE, ...params }, row: Any, settings });

beforeAll(async () => {
  server = await startClickHouse({ dir: folder, usersXml: clickHouseUsersXml(users, DATABASE) });
  const { user, password } = as("adm");
  await migrate(
    { url: server.url, user, password, database: DATABASE, requestTimeoutMs: 30_000 },
    DATABASE,
    "sql",
  );
  connections = {
    admin: connect("adm"),
    ingest: connect("ing"),
    apiTeam: connect("team"),
    apiAll: connect("everyone"),
  };
  await connections.admin.command(
    `INSERT INTO events_v1 (bucket, event_id, event_time, team, kind, role, epoch, sign, version)
     SELECT '2026-11-01 00:00:00', leftPad(toString(number), 32, '0'), '2026-11-01 00:00:01', if(number < 10, 'a', 'b'),
            'response', 'ledger', 0, 1, 1 FROM numbers(100)`,
  );
});
afterAll(async () => {
  await Promise.all(Object.values(connections ?? {}).map((each) => each.close()));
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the API's user for some teams", () => {
  const COUNT = `SELECT team, toUInt32(count()) AS calls FROM team_calls(teams = {teams:Array(String)}, ${TIME}) GROUP BY team`;

  test("reads the views with a scope, and only what the scope names", async () => {
    expect(await ask(connections.apiTeam, COUNT, { teams: ["a"] })).toEqual([{ team: "a", calls: 10 }]);
    expect(await ask(connections.apiTeam, COUNT, { teams: ["a'; --", "nobody"] })).toEqual([]);
    expect(await ask(connections.apiTeam, COUNT, { teams: [] })).toEqual([]);
  });

  test.each([
    ["a forgotten scope", `SELECT count() AS c FROM team_calls(${TIME})`],
    ["no parameters at all", "SELECT count() AS c FROM team_calls"],
    ["the table", "SELECT count() AS c FROM events_v1"],
    ["the table by its database", `SELECT team FROM ${DATABASE}.events_v1`],
    ["the view of all teams", `SELECT count() AS c FROM all_calls(${TIME})`],
    ["the view for people with a SQL client", "SELECT count() AS c FROM calls"],
    ["the settings' history", "SELECT count() AS c FROM all_settings_changes"],
    ["people", "SELECT name FROM people_v1"],
    ["a file", "SELECT * FROM file('/etc/hostname', 'LineAsString')"],
    ["a URL", "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')"],
    ["another server", "SELECT * FROM remote('127.0.0.1', 'shop', 'events_v1')"],
    ["the users", "SELECT name FROM system.users"],
    ["what others ask", "SELECT query FROM system.processes"],
  ])("is refused %s", async (_, sql) => {
    await expect(ask(connections.apiTeam, sql)).rejects.toMatchObject({
      code: expect.stringMatching(/^CLICKHOUSE_(ACCESS_)?REFUSED$/),
    });
  });

  test.each([
    ["INSERT INTO team_calls (team) VALUES ('a')"],
    ["DROP VIEW team_calls"],
    ["CREATE TABLE mine (a String) ENGINE = Memory"],
    ["SYSTEM SHUTDOWN"],
  ])("cannot %s", async (sql) => {
    await expect(connections.apiTeam.command(sql)).rejects.toMatchObject({ params: { query: "command" } });
    expect(await ask(connections.apiTeam, COUNT, { teams: ["a"] })).toHaveLength(1);
  });

  test("cannot lift its limits, and they hold inside the views", async () => {
    const view = `SELECT event_id FROM team_calls(teams = {teams:Array(String)}, ${TIME})`;
    for (const settings of [
      { max_execution_time: 0 },
      { max_execution_time: 1_000 },
      { max_rows_to_read: "0" },
      { max_result_rows: "100000" },
      { max_memory_usage: "0" },
      { readonly: "0" },
      { allow_ddl: 1 as const },
    ])
      await expect(
        ask(connections.apiTeam, view, { teams: ["a"] }, settings),
        JSON.stringify(settings),
      ).rejects.toThrow();
    const narrower = ask(connections.apiTeam, view, { teams: ["a", "b"] }, { max_result_rows: "5" });
    await expect(narrower).rejects.toMatchObject({ code: "CLICKHOUSE_LIMIT_EXCEEDED" });
    const wide = ask(connections.apiTeam, "SELECT number FROM numbers(2000)");
    await expect(wide).rejects.toMatchObject({ code: "CLICKHOUSE_LIMIT_EXCEEDED" });
    await connections.admin.command(
      `INSERT INTO events_v1 (bucket, event_id, event_time, team, kind, role, epoch, sign, version)
       SELECT '2025-11-01 00:00:00', leftPad(toString(number), 32, '0'), '2025-11-01 00:00:01', 'a', 'response', 'ledger',
              0, 1, 1 FROM numbers(60000)`,
    );
    const all = ask(connections.apiTeam, view.replace("event_id", "max(event_id) AS m"), {
      teams: ["a"],
      from: "2025-01-01 00:00:00.000",
    });
    await expect(all).rejects.toMatchObject({ code: "CLICKHOUSE_LIMIT_EXCEEDED" });
  });
});

test("the API's user for all teams reads their views, and no table", async () => {
  const teams = await ask(connections.apiAll, `SELECT DISTINCT team FROM all_calls(${TIME}) ORDER BY team`);
  expect(teams).toEqual([{ team: "a" }, { team: "b" }]);
  expect(await ask(connections.apiAll, "SELECT data_until FROM ingest_progress")).toEqual([
    { data_until: null },
  ]);
  await expect(ask(connections.apiAll, "SELECT team FROM events_v1")).rejects.toMatchObject({
    code: "CLICKHOUSE_ACCESS_REFUSED",
  });
});

test("the ingester and the jobs insert, and read what they compare and correct, but no people", async () => {
  const person = { user_ref: "u_1", name: "n", source: "s", seen_at: "2026-11-01T00:00:00.000Z" };
  await connections.ingest.insert({
    table: "people_v1",
    columns: Object.keys(person),
    rows: [person],
    token: "p",
  });
  expect(
    await ask(connections.ingest, "SELECT topic, offset, received_sha256 FROM records_v1 FINAL"),
  ).toEqual([]);
  expect(
    await ask(connections.ingest, "SELECT max(settings_offset) AS last FROM settings_changes_v1"),
  ).toEqual([{ last: "0" }]);
  for (const sql of [
    "SELECT name FROM people_v1",
    "SELECT reason FROM settings_changes_v1",
    "SELECT detail FROM acts_v1",
    `SELECT team FROM all_events(${TIME})`,
  ])
    await expect(ask(connections.ingest, sql), sql).rejects.toMatchObject({
      code: "CLICKHOUSE_ACCESS_REFUSED",
    });
  await expect(connections.ingest.command("TRUNCATE TABLE events_v1")).rejects.toThrow("may not do");
});

test("a round of the rollups needs no more than that user may", async () => {
  const deps = { clickhouse: connections.ingest, clock: () => new Date() };
  for (const rollup of ROLLUPS)
    expect((await rollUp(deps, rollup, new AbortController().signal)).buckets).toBeGreaterThan(0);
  const error = vi.fn();
  const measures = rollupMeasures(createMetrics({ defaults: false }));
  await compareRollupsJob({ ...deps, measures, log: { error } }).run(new AbortController().signal);
  expect(error).not.toHaveBeenCalled();
});

test("a round of the job of conflicts needs no more than that user may", async () => {
  const measures = conflictMeasures(createMetrics({ defaults: false }));
  const job = conflictsJob({ clickhouse: connections.ingest, measures, clock: () => new Date() });
  await connections.admin.command(
    `INSERT INTO records_v1 (topic, partition, offset, event_ids, event_buckets, event_keys, event_contents, stored_sha256)
     SELECT 't', 0, number, [repeat('a', 32)], ['2026-11-01 00:00:00'], [number], [number * 4], toString(number) FROM numbers(2)`,
  );
  await connections.admin.command(
    `INSERT INTO events_v1 (bucket, model, event_id, kind, epoch, sign, version, topic, offset)
     SELECT '2026-11-01 00:00:00', toString(number), repeat('a', 32), 'response', 0, 1, 9 - number, 't', number FROM numbers(2)`,
  );
  await job.run(new AbortController().signal);
  expect(
    await ask(connections.admin, "SELECT sum(sign) AS s FROM events_v1 FINAL WHERE topic = 't'"),
  ).toEqual([{ s: "1" }]);
});

test("the user that the embedded library itself starts as reads nothing", async () => {
  const boot = connect("default", "");
  for (const sql of [
    "SELECT team FROM events_v1",
    `SELECT team FROM all_calls(${TIME})`,
    "SELECT * FROM file('/etc/hostname', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1', 'shop', 'events_v1')",
    "SELECT name FROM system.users",
  ])
    await expect(ask(boot, sql), sql).rejects.toThrow();
  await boot.close();
});

test("every view of the API in sql/ is granted to somebody, and every grant is of a view that is there", () => {
  const made = readMigrations("sql").flatMap(({ statements }) =>
    statements.flatMap((sql) => {
      const view = /CREATE (?:OR REPLACE )?VIEW (?:IF NOT EXISTS )?(\w+)/.exec(sql)?.[1];
      return view === undefined ? [] : [{ view, sql }];
    }),
  );
  // These are for the administrator's own SQL client. A later file may make a view anew.
  const own = ["calls", "calls_as_of", "charges_v1"];
  const views = new Set(made.map(({ view }) => view).filter((view) => !own.includes(view)));
  expect([...views].sort()).toEqual([...TEAM_VIEWS, ...ALL_VIEWS, ...SHARED_VIEWS].sort());
  for (const { view, sql } of made)
    if (TEAM_VIEWS.some((name) => name === view)) expect(sql, view).toContain("{teams:Array(String)}");
});

test("the same grants as SQL for a server of one's own, without a password in it", async () => {
  const sql = clickHouseGrantsSql(users, DATABASE);
  // The embedded server has no place for users made by SQL, but it can read every statement.
  for (const statement of splitStatements(sql))
    expect(
      await ask(connections.admin, "SELECT formatQuery({sql:String}) AS read", { sql: statement }),
    ).toHaveLength(1);
  expect(sql).toContain("GRANT SELECT ON shop.team_calls TO team;");
  expect(sql).toContain("GRANT INSERT ON shop.records_v1 TO ing;");
  expect(sql).toContain("max_execution_time = 3 MIN 1 MAX 3");
  expect(sql).not.toContain("password of");
  expect(sql).not.toMatch(/TO team;[\s\S]*GRANT SELECT ON shop\.\w+_v1 TO (team|everyone)/);
  expect(readFileSync(join(folder, "users.xml"), "utf8")).not.toContain("password of");
});
