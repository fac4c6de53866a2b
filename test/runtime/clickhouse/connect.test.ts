import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { checkInsertSettings } from "#runtime/clickhouse/check-insert-settings.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { isOutcomeUnknown, isRetriable } from "#runtime/clickhouse/faults.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { sharedServers, uniqueName } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const database = uniqueName("connect");
let config: ClickHouseConfig;
let clickhouse: ClickHouse;
const Any = z.looseObject({});
const COLUMNS = ["id", "amount", "at", "tags"] as const;
const row = (id: bigint, amount = "0.5") => ({
  id,
  amount,
  at: "2026-11-23T01:02:03.456Z",
  tags: ["a\"'\n\\", "ü"],
});

beforeAll(async () => {
  const { clickHouseUrl } = await sharedServers();
  config = { url: clickHouseUrl, user: "admin", password: TEST_PASSWORD, database, requestTimeoutMs: 20_000 };
  const server = connectClickHouse({ ...config, database: "default" });
  await server.command(`CREATE DATABASE ${database} ENGINE = Atomic`);
  await server.close();
  clickhouse = connectClickHouse(config);
  await clickhouse.command(`CREATE TABLE t (id UInt64, amount Decimal(38, 12), at DateTime64(3, 'UTC'),
    tags Array(String), later String DEFAULT 'default') ENGINE = MergeTree ORDER BY id
    SETTINGS non_replicated_deduplication_window = 100`);
});
afterAll(async () => {
  await clickhouse?.command(`DROP DATABASE ${database}`);
  await clickhouse?.close();
});

const insert = (rows: ReturnType<typeof row>[], token: string) =>
  clickhouse.insert({ table: "t", columns: COLUMNS, rows, token });
const empty = () => clickhouse.command("TRUNCATE TABLE t");
const count = async () => {
  const [found] = await clickhouse.query({
    name: "count",
    sql: "SELECT count() AS rows FROM t",
    row: z.object({ rows: z.coerce.number() }),
  });
  return found?.rows;
};

describe("values", () => {
  test("64-bit integers, decimals, times and text come back to the last digit", async () => {
    await empty();
    const amount = "12345678901234567890123456.123456789012";
    await insert([row(18_446_744_073_709_551_615n, amount)], "exact");
    const found = await clickhouse.query({
      name: "exact",
      sql: "SELECT id, amount, at, tags, later FROM t WHERE id = {id:UInt64}",
      params: { id: "18446744073709551615" },
      row: z.object({
        id: z.string(),
        amount: z.string(),
        at: z.string(),
        tags: z.array(z.string()),
        later: z.string(),
      }),
    });
    expect(found).toEqual([
      {
        id: "18446744073709551615",
        amount,
        at: "2026-11-23 01:02:03.456",
        tags: row(0n).tags,
        later: "default",
      },
    ]);
  });

  test("a row of another shape than the program knows is a failure that says where", async () => {
    const wrong = clickhouse.query({ name: "shape", sql: "SELECT 1 AS a", row: z.object({ a: z.string() }) });
    await expect(wrong).rejects.toMatchObject({
      code: "CLICKHOUSE_ROW_UNEXPECTED",
      params: { query: "shape" },
    });
  });

  test("a row without a named column is a fault of ours, not a lost answer that would be tried for ever", async () => {
    const { tags: _, ...short } = row(1n);
    const error = await insert([short as ReturnType<typeof row>], "short").catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("lacks tags");
    expect(isRetriable(error)).toBe(false);
  });
});

describe("inserts", () => {
  test("the same rows under the same token are there once, under another token twice", async () => {
    await empty();
    const rows = [row(1n), row(2n)];
    for (let attempt = 0; attempt < 3; attempt++) await insert(rows, "once");
    expect(await count()).toBe(2);
    await insert(rows, "twice");
    expect(await count()).toBe(4);
  });

  test("one insert is one block, however large, so that its token covers it", async () => {
    await empty();
    // More than the 1,048,449 rows at which the server would begin another block by itself.
    const ids = Array.from({ length: 1_100_000 }, (_, index) => ({ id: index }));
    for (let attempt = 0; attempt < 2; attempt++)
      await clickhouse.insert({ table: "t", columns: ["id"], rows: ids, token: "large" });
    expect(await count()).toBe(1_100_000);
    const parts = await clickhouse.query({
      name: "parts",
      sql: "SELECT rows FROM system.parts WHERE active AND database = {database:String} AND table = 't'",
      params: { database },
      row: z.object({ rows: z.coerce.number() }),
    });
    expect(parts).toEqual([{ rows: 1_100_000 }]);
  });

  test("a user whose profile switches deduplication off is refused at the start", async () => {
    const url = `${config.url}/?clickhouse_setting_deduplicate_insert=disable`;
    const careless = connectClickHouse({ ...config, url });
    const checked = checkInsertSettings(careless);
    await expect(checked).rejects.toMatchObject({ code: "CLICKHOUSE_INSERT_SETTINGS" });
    await expect(checked).rejects.toThrow("deduplicate_insert=disable");
    await careless.close();
  });

  test("the pins are in force, and no rows send nothing", async () => {
    await checkInsertSettings(clickhouse);
    await clickhouse.insert({ table: "nowhere", columns: ["a"], rows: [], token: "none" });
  });
});

describe("a query that nobody waits for", () => {
  const SLOW = "SELECT number, sleepEachRow(0.02) AS slept FROM numbers(1000) SETTINGS max_block_size = 1";
  const running = async (name: string) => {
    const found = await clickhouse.query({
      name: "running",
      sql: "SELECT query_id FROM system.processes WHERE Settings['log_comment'] = {name:String}",
      params: { name },
      row: Any,
    });
    return found.length;
  };

  test("is cancelled on the server, and half an answer never passes for a whole one", async () => {
    const abort = new AbortController();
    const answer = clickhouse.query({ name: "left", sql: SLOW, row: Any, signal: abort.signal });
    await expect.poll(() => running("left"), { timeout: 5_000 }).toBe(1);
    abort.abort();
    await expect(answer).rejects.toMatchObject({ code: "CLICKHOUSE_CANCELLED" });
    await expect.poll(() => running("left"), { timeout: 5_000 }).toBe(0);
  });

  test("ends when the loop over its rows is left", async () => {
    for await (const found of clickhouse.stream({ name: "broken_off", sql: SLOW, row: Any })) {
      expect(found).toMatchObject({ number: "0" });
      break;
    }
    await expect.poll(() => running("broken_off"), { timeout: 5_000 }).toBe(0);
  });

  test("is given up after the deadline, also in the middle of the answer", async () => {
    const hasty = connectClickHouse({ ...config, requestTimeoutMs: 300 });
    const begun = performance.now();
    const late = hasty.query({ name: "late", sql: SLOW, row: Any });
    await expect(late).rejects.toMatchObject({ code: "CLICKHOUSE_TIMEOUT" });
    // The query itself would take 20 s.
    expect(performance.now() - begun).toBeLessThan(5_000);
    await hasty.close();
  });
});

describe("failures go by the server's code", () => {
  test.each([
    ["SELEC", "CLICKHOUSE_REFUSED", false],
    ["SELECT * FROM nowhere", "CLICKHOUSE_REFUSED", false],
    ["SELECT number FROM numbers(9) SETTINGS max_result_rows = 1", "CLICKHOUSE_LIMIT_EXCEEDED", false],
    ["SELECT sleepEachRow(0.1) FROM numbers(30) SETTINGS max_execution_time = 1", "CLICKHOUSE_TIMEOUT", true],
    [
      "SELECT uniqExact(number) FROM numbers(10000000) SETTINGS max_memory_usage = 1000000",
      "CLICKHOUSE_BUSY",
      true,
    ],
  ])("%s", async (sql, code, retriable) => {
    const error = await clickhouse
      .query({ name: "failing", sql, row: Any })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(isRetriable(error)).toBe(retriable);
  });

  test("of logins and addresses", async () => {
    const refused = connectClickHouse({ ...config, password: "wrong" });
    await expect(refused.query({ name: "q", sql: "SELECT 1", row: Any })).rejects.toMatchObject({
      code: "CLICKHOUSE_LOGIN_REFUSED",
    });
    const nobody = connectClickHouse({ ...config, url: "http://127.0.0.1:1" });
    const error = await nobody
      .insert({ table: "t", columns: ["id"], rows: [{ id: 1 }], token: "x" })
      .catch((thrown: unknown) => thrown);
    // Nothing was sent, so the outcome is known: none.
    expect(error).toMatchObject({ code: "CLICKHOUSE_UNREACHABLE" });
    await Promise.all([refused.close(), nobody.close()]);
  });

  test("and quote nothing of a row", async () => {
    const error = await insert([row(1n, "a secret")], "bad").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CLICKHOUSE_REFUSED" });
    expect(String(error)).not.toContain("a secret");
  });
});

describe("a connection that breaks in the middle", () => {
  let broken: Server;
  let toBroken: ClickHouse;
  beforeAll(async () => {
    // Answers as ClickHouse does, with one row of many, and then the line is cut.
    broken = createServer((request, response) => {
      request.resume().on("end", () => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write('["a"]\n[1]\n', () => response.destroy());
      });
    });
    await new Promise<void>((listening) => broken.listen(0, "127.0.0.1", listening));
    toBroken = connectClickHouse({
      ...config,
      url: `http://127.0.0.1:${(broken.address() as AddressInfo).port}`,
    });
  });
  afterAll(async () => {
    await toBroken.close();
    broken.close();
  });

  test("leaves an insert's outcome unknown, to be sent again under its token", async () => {
    const error = await toBroken
      .insert({ table: "t", columns: ["id"], rows: [{ id: 1 }], token: "x" })
      .catch((thrown: unknown) => thrown);
    expect(isOutcomeUnknown(error)).toBe(true);
    expect(isRetriable(error)).toBe(true);
  });

  test("fails a query rather than answering with half", async () => {
    const answer = toBroken.query({ name: "half", sql: "SELECT 1", row: Any });
    await expect(answer).rejects.toMatchObject({ code: "CLICKHOUSE_UNREACHABLE" });
  });
});
