import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { z } from "zod";
import { planPrices } from "#core/price-import.ts";
import type { Manifest } from "#query-api/exports/manifest.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { makeApi, type TestApi } from "#test/query-api/api-kit.ts";
import {
  COLUMNS,
  CONTROL_CALLS,
  controlRow,
  DOOR_CALLS,
  doorEvent,
  expectedRow,
  expectedSums,
  HOSTILE_PRICE,
} from "#test/readers/hostile-calls.ts";
import { openInOffice, type ReaderName, readExport } from "#test/readers/read-export.ts";
import { EVENT_COLUMNS } from "#test/support/event-row.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

const RANGE = "from=2026-10-01&to=2026-11-01";
const CALLS = [...DOOR_CALLS, ...CONTROL_CALLS];
const SUMS = expectedSums(CALLS);
const tables = inject("tables");
const office = inject("office");
const python = "path" in tables ? tables.path : "";
const soffice = "path" in office ? office.path : "";
const folder = mkdtempSync(join(tmpdir(), "spendtrail-readers-"));

let ground: Ground;
let api: TestApi;
let finance: string;

/** Topic, ingester, store and API as they are; only what no door lets in is written into the store by hand. */
async function begin(): Promise<void> {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  const by = { actor: "test", reason: "test" };
  await applyPlan(ground.producer, ground.settings, planPrices(ground.settings.state(), [HOSTILE_PRICE]), by);
  const ingest = await ingestOn(ground);
  await ground.send("app", "canonical", DOOR_CALLS.map(doorEvent));
  const Count = z.object({ n: z.coerce.number() });
  const sql = "SELECT count() AS n FROM events_v1 FINAL";
  const counted = async () => (await ground.clickhouse.query({ name: "count", sql, row: Count }))[0]?.n;
  await vi.waitUntil(async () => (await counted()) === DOOR_CALLS.length, {
    timeout: 100_000,
    interval: 200,
  });
  await ingest.close();
  await ground.clickhouse.insert({
    table: "events_v1",
    columns: EVENT_COLUMNS,
    rows: CONTROL_CALLS.map(controlRow),
    token: "controls",
  });
  const { clickhouse } = ground;
  api = await makeApi({ clickhouseTeam: clickhouse, clickhouseAll: clickhouse }, { clock: () => new Date() });
  finance = await api.key({ role: "finance" });
}

async function exported(format: string, grain = "call"): Promise<{ file: string; manifest: Manifest }> {
  const { status, bytes, trailers } = await api.get(
    `/v1/exports/costs?${RANGE}&grain=${grain}&format=${format}`,
    finance,
  );
  expect(status).toBe(200);
  const file = join(folder, `${grain}.${format}`);
  writeFileSync(file, bytes);
  const manifest = JSON.parse(Buffer.from(trailers["spendtrail-manifest"] ?? "", "base64url").toString());
  return { file, manifest };
}

type Rows = readonly (readonly (string | null)[])[];
const bySession = (rows: Rows) =>
  rows.toSorted(([one], [other]) => Buffer.compare(Buffer.from(one ?? ""), Buffer.from(other ?? "")));
const expectedRows = (isCsv: boolean, written: (text: string) => string = (text) => text) =>
  bySession(
    CALLS.map((call) => expectedRow(call, isCsv).map((cell) => (cell === null ? null : written(cell)))),
  );

/** As LibreOffice has it: lines end alike and other controls are gone. */
const asShown = (cell: string | null) =>
  cell?.replaceAll("\r\n", "\n").replaceAll(/[^\P{Cc}\n\t]/gu, "") ?? null;
const [TEAM, TIME] = [COLUMNS.indexOf("team"), COLUMNS.indexOf("event_time")];
/** It shows times to the hundredth, and takes a text of CSV that looks like a figure or a date for one. */
const withoutLooks = (row: readonly (string | null)[], isCsv: boolean) =>
  row.filter((_cell, at) => at !== TIME && !(isCsv && at === TEAM)).map(asShown);

describe.skipIf("missing" in tables)("an export opened by", () => {
  beforeAll(begin);
  afterAll(async () => {
    await ground?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("nobody yet: its manifest and /v1/costs have the sums of an independent reckoning", async () => {
    const { manifest } = await exported("csv");
    expect(manifest).toMatchObject({
      row_count: CALLS.length,
      sums: SUMS,
      unpriced_calls: String(CALLS.filter(({ cost }) => cost === null).length),
    });
    const { json } = await api.get(`/v1/costs?${RANGE}`, finance);
    expect(json.totals).toMatchObject({ calls: CALLS.length, cost: { amount: SUMS.cost_usd } });
  });

  const READ: readonly [ReaderName, string][] = [
    ["duckdb", "csv"],
    ["duckdb", "ndjson"],
    ["duckdb", "parquet"],
    ["pandas", "csv"],
    ["pandas", "ndjson"],
    ["pandas", "parquet"],
    ["pandas", "xlsx"],
    ["openpyxl", "xlsx"],
  ];
  test.each(READ)("%s as %s: every row, text and digit, and no formula", async (reader, format) => {
    const { file, manifest } = await exported(format);
    const { rows, sums, formulas } = await readExport(python, reader, file, COLUMNS);
    expect([rows.length, formulas]).toEqual([manifest.row_count, 0]);
    expect(sums).toEqual(SUMS);
    expect(manifest.sums).toMatchObject(sums);
    expect(bySession(rows)).toEqual(expectedRows(format === "csv"));
  });

  test.each(["csv", "ndjson", "parquet", "xlsx"])(
    "one of them as %s of a row a day: the same sums",
    async (format) => {
      const { file, manifest } = await exported(format, "day");
      const reader = format === "xlsx" ? "openpyxl" : "duckdb";
      const { rows, sums } = await readExport(python, reader, file, ["day", "team"]);
      expect([rows.length, sums["cost_usd"], sums["calls"]]).toEqual([
        manifest.row_count,
        SUMS.cost_usd,
        SUMS.calls,
      ]);
    },
  );

  test("DuckDB and Arrow as Parquet: amounts are decimals, counts whole, times instants in UTC", async () => {
    const { file } = await exported("parquet");
    const [inDuckDb, inArrow] = await Promise.all(
      (["duckdb", "pandas"] as const).map((reader) => readExport(python, reader, file, COLUMNS)),
    );
    expect(inDuckDb?.types).toMatchObject({
      team: "VARCHAR",
      event_time: "TIMESTAMP",
      input_tokens: "BIGINT",
      cost_usd: "DECIMAL(38,12)",
    });
    expect(inArrow?.types).toMatchObject({
      team: "string",
      event_time: "timestamp[ms, tz=UTC]",
      input_tokens: "int64",
      cost_usd: "decimal128(38, 12)",
    });
  });

  describe.skipIf("missing" in office)("LibreOffice", () => {
    test.each(["csv", "xlsx"])("as %s: every row, text and digit, and no formula", async (format) => {
      const { file, manifest } = await exported(format);
      const { rows, sums, formulas } = await openInOffice({ office: soffice, python }, file, COLUMNS);
      expect([rows.length, formulas]).toEqual([manifest.row_count, 0]);
      expect(sums).toEqual(SUMS);
      const isCsv = format === "csv";
      const shown = (of: Rows) => bySession(of.map((row) => withoutLooks(row, isCsv)));
      expect(shown(rows)).toEqual(shown(expectedRows(isCsv)));
      const times = (of: Rows) =>
        of.map((row) => Date.parse(row[TIME] ?? "")).toSorted((one, other) => one - other);
      const expected = times(expectedRows(isCsv));
      expect(times(rows).filter((ms, at) => !(Math.abs(ms - (expected[at] ?? 0)) <= 10))).toEqual([]);
    });

    test("as a file without the guard: it does see formulas", async () => {
      const file = join(folder, "bare.csv");
      writeFileSync(file, `${COLUMNS.join(",")}\r\n=1+1,+2+2,,,1,1,1,1,rated\r\n`);
      const { formulas } = await openInOffice({ office: soffice, python }, file, COLUMNS);
      expect(formulas).toBeGreaterThan(0);
    });
  });
});
