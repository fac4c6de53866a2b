import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readInvoice } from "#cli/reconcile/read-invoice.ts";
import { plainDecimal } from "#core/plain-decimal.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const folder = mkdtempSync(join(tmpdir(), "spendtrail-invoice-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Two lines of a cost and usage report, with the types that AWS's Parquet has: doubles, times, a map. */
const ROWS = `SELECT 'Usage' AS line_item_line_item_type,
    toDateTime64('2026-11-20 10:00:00.000', 3, 'UTC') AS line_item_usage_start_date,
    toDateTime64('2026-11-20 11:00:00.000', 3, 'UTC') AS line_item_usage_end_date,
    'AmazonBedrock' AS line_item_product_code,
    'USE1-Claude4.6Sonnet-' || what || '-tokens' AS line_item_usage_type,
    amount AS line_item_usage_amount, '1K tokens' AS pricing_unit, 'USD' AS line_item_currency_code,
    cost AS line_item_unblended_cost, NULL::Nullable(String) AS line_item_line_item_description,
    map('product_name', 'Amazon Bedrock') AS product
  FROM values('what String, amount Float64, cost Float64', ('input', 29.481, 0.088443), ('output', 0.001, 1.5e-5))
  ORDER BY what`;

let clickhouse: ClickHouseClient;
beforeAll(async () => {
  const { clickHouseUrl } = await sharedServers();
  clickhouse = createClient({ url: clickHouseUrl, username: "admin", password: TEST_PASSWORD });
});
afterAll(() => clickhouse?.close());

async function asParquet(compression: string, sql = ROWS): Promise<Buffer> {
  const { stream } = await clickhouse.exec({
    query: `${sql} FORMAT Parquet`,
    clickhouse_settings: { output_format_parquet_compression_method: compression as "zstd" },
  });
  return buffer(stream);
}

const HEAD =
  "line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_usage_type,line_item_usage_amount,pricing_unit,line_item_currency_code,line_item_unblended_cost,line_item_line_item_description,product";
const CSV = `${HEAD}
Usage,2026-11-20T10:00:00.000Z,2026-11-20T11:00:00.000Z,AmazonBedrock,USE1-Claude4.6Sonnet-input-tokens,29.481,1K tokens,USD,0.088443,,"{""product_name"":""Amazon Bedrock""}"
Usage,2026-11-20T10:00:00.000Z,2026-11-20T11:00:00.000Z,AmazonBedrock,USE1-Claude4.6Sonnet-output-tokens,0.001,1K tokens,USD,0.000015,,"{""product_name"":""Amazon Bedrock""}"
`;

describe("a cost and usage report of AWS says the same", () => {
  const said = async (path: string) => {
    const { lines, apart, format } = await readInvoice([path], undefined);
    return { format, apart, lines: lines.map(({ place, identity, ...line }) => line) };
  };

  test.each(["none", "snappy", "gzip", "zstd"])(
    "as Parquet with %s as it does as CSV",
    async (compression) => {
      const csv = await said(file("cur.csv", CSV));
      expect(csv.lines.map(({ quantity }) => quantity)).toEqual([29481n, null, 1n, null]);
      expect(csv.lines[0]).toMatchObject({ day: "2026-11-20", model: "claude-sonnet-4-6" });
      expect(await said(file(`${compression}.parquet`, await asParquet(compression)))).toEqual(csv);
    },
  );

  test("as a CSV in gzip", async () => {
    expect(await said(file("cur.csv.gz", gzipSync(CSV)))).toEqual(await said(file("cur.csv", CSV)));
  });
});

describe("what cannot be read says so with the file's name", () => {
  test.each([
    ["half a gzip", async () => gzipSync(CSV).subarray(0, 60), "is no whole gzip"],
    ["a gzip that unpacks to too much", async () => gzipSync(Buffer.alloc(257 * 1024 * 1024)), "is the most"],
    ["Parquet cut in its middle", async () => cutInside(await asParquet("snappy")), ""],
    [
      "Parquet of other columns",
      async () => asParquet("snappy", "SELECT 1 AS a, 2 AS b"),
      "the columns (a, b)",
    ],
    [
      "Parquet without a row",
      async () => asParquet("snappy", `SELECT * FROM (${ROWS}) WHERE false`),
      "no row",
    ],
    ["Parquet in a compression that nobody can undo here", async () => asParquet("brotli"), "BROTLI"],
    ["nothing", async () => Buffer.alloc(0), "is empty"],
  ])("%s", async (what, bytes, reason) => {
    const path = file(what, await bytes());
    const failed = await readInvoice([path], undefined).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "FILE_UNREADABLE" });
    expect(String((failed as Error).message)).toContain(what);
    expect(String((failed as Error).message)).toContain(reason);
  });

  test.each([
    [
      "a Parquet file that unpacks to too much",
      "SELECT repeat('x', 1000000) || toString(number) AS a FROM numbers(1200)",
      "bytes unpacked",
    ],
    [
      "one with too many cells, packed into few bytes",
      "SELECT 1 AS a, 2 AS b FROM numbers(30000000)",
      "rows of 2 columns",
    ],
  ])("%s", async (what, rows, reason) => {
    const path = file(`${what}.parquet`, await asParquet("zstd", rows));
    await expect(readInvoice([path], undefined)).rejects.toThrow(reason);
  });
});

/** Both magic numbers stand, and what the end points at is not there. */
function cutInside(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 100), bytes.subarray(-200)]);
}

test.each([
  [0, "0"],
  [1.5e-7, "0.00000015"],
  [-1.5e-7, "-0.00000015"],
  [29.481, "29.481"],
  [1e21, "1000000000000000000000"],
  [1.234e22, "12340000000000000000000"],
  [5e-324, "0"],
  [Number.NaN, "NaN"],
])("the double %d is %s", (value, text) => {
  expect(plainDecimal(value)).toBe(text);
});
