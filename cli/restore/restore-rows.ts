import { createHash } from "node:crypto";
import type { BackupFile, Manifest } from "#core/backup/manifest.ts";
import { readRowFile, type StoredRow } from "#jobs/backup/files.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** The column whose month is the table's partition: one insert stays inside one. */
const MONTH_OF = { events: "bucket", records: "append_time", batches: null } as const;
const ORDER = ["events", "records", "batches"] as const;

/** The rows of one manifest, in the order in which they were written once: a batch row means that its rows are there. */
export async function restoreRows(
  clickhouse: ClickHouse,
  store: BackupStore,
  manifest: Manifest,
): Promise<void> {
  for (const kind of ORDER)
    for (const file of manifest.files.filter((one) => one.kind === kind))
      await restoreFile(
        clickhouse,
        `${kind}_v1`,
        file,
        partsOf(await readRowFile(store, file), MONTH_OF[kind]),
      );
}

async function restoreFile(
  clickhouse: ClickHouse,
  table: string,
  file: BackupFile,
  parts: ReadonlyMap<string, readonly StoredRow[]>,
): Promise<void> {
  for (const [part, rows] of parts) {
    // Binds the content: the same file gives the same parts whenever it is read again.
    const token = createHash("sha256").update(`restore|${table}|${file.sha256}|${part}`).digest("hex");
    const columns = Object.keys(rows[0] ?? {});
    await clickhouse.insert({ table, columns, rows: rows as readonly Row[], token });
  }
}

function partsOf(rows: readonly StoredRow[], column: string | null): Map<string, StoredRow[]> {
  const parts = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const month = column === null ? "" : String(row[column]).slice(0, 7);
    const list = parts.get(month);
    if (list === undefined) parts.set(month, [row]);
    else list.push(row);
  }
  return parts;
}
