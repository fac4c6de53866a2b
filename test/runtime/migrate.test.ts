import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { migrate } from "#runtime/migrate.ts";
import { readMigrations } from "#runtime/migrations.ts";
import { splitStatements } from "#runtime/split-statements.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

let admin: ClickHouseConfig;
let server: ClickHouse;
let dir = "";
let database = "";

beforeAll(async () => {
  const { clickHouseUrl } = await sharedServers();
  admin = {
    url: clickHouseUrl,
    user: "admin",
    password: TEST_PASSWORD,
    database: "default",
    requestTimeoutMs: 30_000,
  };
  server = connectClickHouse(admin);
});
afterAll(() => server?.close());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "spendtrail-sql-"));
  database = uniqueName("migrate");
});
afterEach(async () => {
  rmSync(dir, { recursive: true });
  await server.command(`DROP DATABASE IF EXISTS ${database}`);
});

const write = (file: string, sql: string) => writeFileSync(join(dir, file), sql);
const names = async (sql: string) => {
  const rows = await server.query({
    name: "names",
    sql,
    params: { database },
    row: z.object({ name: z.string() }),
  });
  return rows.map(({ name }) => name);
};

describe("migrations", () => {
  test("of the product make its tables once, in a database of their own; again is nothing", async () => {
    cpSync("sql", dir, { recursive: true });
    const applied = await migrate(admin, database, dir);
    expect(applied.map(({ file }) => file)).toEqual(readMigrations("sql").map(({ file }) => file));
    expect(await migrate(admin, database, dir)).toEqual([]);
    expect(
      await names("SELECT d.engine AS name FROM system.databases AS d WHERE d.name = {database:String}"),
    ).toEqual(["Atomic"]);
    const tables = await names("SELECT name FROM system.tables WHERE database = {database:String}");
    expect(tables).toEqual(
      expect.arrayContaining(["records_v1", "events_v1", "batches_v1", "settings_changes_v1"]),
    );
    write("9990_more.sql", "CREATE TABLE IF NOT EXISTS more (a String) ENGINE = MergeTree ORDER BY a;");
    expect((await migrate(admin, database, dir)).map(({ file }) => file)).toEqual(["9990_more.sql"]);
  });

  test("that run at once both end well", async () => {
    cpSync("sql", dir, { recursive: true });
    const all = await Promise.all([1, 2, 3].map(() => migrate(admin, database, dir)));
    expect(Math.max(...all.map((applied) => applied.length))).toBeGreaterThan(0);
    expect(await migrate(admin, database, dir)).toEqual([]);
  });

  test("a file that was changed after it was applied is named", async () => {
    write("0001_a.sql", "CREATE TABLE IF NOT EXISTS a (a String) ENGINE = MergeTree ORDER BY a;");
    await migrate(admin, database, dir);
    write("0001_a.sql", "CREATE TABLE IF NOT EXISTS a (b String) ENGINE = MergeTree ORDER BY b;");
    await expect(migrate(admin, database, dir)).rejects.toMatchObject({
      code: "MIGRATION_CHANGED",
      params: { file: "0001_a.sql" },
    });
  });

  test("a database of a newer version is not touched", async () => {
    write("0001_a.sql", "SELECT 1;");
    write("0002_b.sql", "SELECT 1;");
    await migrate(admin, database, dir);
    rmSync(join(dir, "0002_b.sql"));
    await expect(migrate(admin, database, dir)).rejects.toMatchObject({
      code: "MIGRATION_UNKNOWN",
      params: { file: "0002_b.sql" },
    });
  });

  test("a statement that fails is named with its file, and mending it goes on from there", async () => {
    write(
      "0001_a.sql",
      "CREATE TABLE IF NOT EXISTS a (a String) ENGINE = MergeTree ORDER BY a;\nCREATE TABLE b (nonsense;\n",
    );
    const failed = migrate(admin, database, dir);
    await expect(failed).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      params: { file: "0001_a.sql", statement: 2 },
    });
    await expect(failed).rejects.toThrow("CREATE TABLE b (nonsense");
    write("0001_a.sql", "CREATE TABLE IF NOT EXISTS a (a String) ENGINE = MergeTree ORDER BY a;");
    expect(await migrate(admin, database, dir)).toHaveLength(1);
  });
});

describe("numbering", () => {
  test.each([
    [["0001_a.sql", "0001_b.sql"], "0001_a.sql and 0001_b.sql have the same number"],
    [["0001_a.sql", "0003_c.sql"], "0003_c.sql follows 0001_a.sql"],
    [["0002_b.sql"], "0002_b.sql follows nothing"],
    [["0001_a.sql", "2_b.sql"], "2_b.sql is not named NNNN_name.sql"],
    [[], "there are none"],
  ])("%j", (files, sentence) => {
    for (const file of files) write(file, "SELECT 1;");
    expect(() => readMigrations(dir)).toThrow(sentence);
  });
});

test("statements are split at the semicolons that end one", () => {
  const sql = `-- a; comment
    SELECT 'a;b', ';\\';', 'it''s;' ; /* ; */ SELECT "x;y", \`z;\`; -- the end;
    ;`;
  expect(splitStatements(sql)).toEqual([
    `-- a; comment\n    SELECT 'a;b', ';\\';', 'it''s;'`,
    `/* ; */ SELECT "x;y", \`z;\``,
  ]);
});
