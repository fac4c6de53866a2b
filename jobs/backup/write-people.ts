import { z } from "zod";
import { PEOPLE } from "#core/backup/manifest.ts";
import { compressRows } from "#jobs/backup/files.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/**
 * The names of people, in one file that each pass replaces and no manifest names: who is erased from the table is
 * gone from the back-up after the next pass, and the chain goes on.
 */
export async function writePeople(clickhouse: ClickHouse, store: BackupStore): Promise<number> {
  const rows = await clickhouse.query({
    name: "backup_people",
    sql: "SELECT * FROM people_v1 FINAL ORDER BY user_ref",
    row: z.looseObject({}),
  });
  const content = await compressRows(rows);
  const there = await store.read(PEOPLE);
  if (there === null || !there.equals(content)) await store.write(PEOPLE, content);
  return rows.length;
}
