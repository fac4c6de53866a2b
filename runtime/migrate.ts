import { z } from "zod";
import { Failure, failure } from "#core/failure.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { type Migration, readMigrations } from "#runtime/migrations.ts";

export interface Applied {
  readonly file: string;
  readonly sha256: string;
}

/**
 * Brings the database to the state that the numbered files in `dir` describe: makes it (ENGINE = Atomic) where it
 * is absent, applies what is not recorded in `migrations_v1`, in order, and records each with its checksum. Gives
 * what it applied; nothing the second time. ClickHouse has no transaction over DDL, so every statement is
 * repeatable: two that run at once, or one after a crash half-way, end in the same state.
 *
 * @throws failure MIGRATIONS_MISNUMBERED, MIGRATION_CHANGED, MIGRATION_UNKNOWN, MIGRATION_FAILED
 */
export async function migrate(
  admin: ClickHouseConfig,
  database: string,
  dir: string,
): Promise<readonly Applied[]> {
  const migrations = readMigrations(dir);
  await createDatabase(admin, database);
  const clickhouse = connectClickHouse({ ...admin, database });
  try {
    await clickhouse.command(MIGRATIONS_TABLE, { name: "migrations_table" });
    const recorded = await readRecorded(clickhouse);
    refuseUnknown(recorded, migrations, database);
    const applied: Applied[] = [];
    for (const migration of migrations) {
      if (isRecorded(recorded, migration)) continue;
      await apply(clickhouse, migration);
      applied.push({ file: migration.file, sha256: migration.sha256 });
    }
    return applied;
  } finally {
    await clickhouse.close();
  }
}

// One row per applied file. The latest row of a number counts: two that ran at once recorded it twice.
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS migrations_v1
(
    number     UInt32,
    file       String,
    sha256     FixedString(64),
    applied_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number`;

const Recorded = z.object({ number: z.int(), file: z.string(), sha256: z.string() });
type Recorded = z.infer<typeof Recorded>;

async function createDatabase(admin: ClickHouseConfig, database: string): Promise<void> {
  const server = connectClickHouse({ ...admin, database: "default" });
  try {
    // The name is an identifier by the configuration's schema; a bound {x:Identifier} is not taken in this DDL.
    await server.command(`CREATE DATABASE IF NOT EXISTS \`${database}\` ENGINE = Atomic`, {
      name: "create_database",
    });
  } finally {
    await server.close();
  }
}

async function readRecorded(clickhouse: ClickHouse): Promise<ReadonlyMap<number, Recorded>> {
  const rows = await clickhouse.query({
    name: "migrations_recorded",
    sql: "SELECT number, file, sha256 FROM migrations_v1 FINAL ORDER BY number",
    row: Recorded,
  });
  return new Map(rows.map((row) => [row.number, row]));
}

function refuseUnknown(
  recorded: ReadonlyMap<number, Recorded>,
  migrations: readonly Migration[],
  database: string,
): void {
  const known = new Set(migrations.map(({ number }) => number));
  for (const { number, file } of recorded.values())
    if (!known.has(number)) throw failure("MIGRATION_UNKNOWN", { database, file });
}

function isRecorded(recorded: ReadonlyMap<number, Recorded>, { number, file, sha256 }: Migration): boolean {
  const row = recorded.get(number);
  if (row === undefined) return false;
  if (row.sha256 !== sha256 || row.file !== file)
    throw failure("MIGRATION_CHANGED", { file, applied: `${row.sha256} of ${row.file}`, found: sha256 });
  return true;
}

async function apply(clickhouse: ClickHouse, { number, file, sha256, statements }: Migration): Promise<void> {
  for (const [index, sql] of statements.entries()) {
    try {
      await clickhouse.command(sql, { name: `migration_${number}` });
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "CLICKHOUSE_UNREACHABLE") throw error;
      const reason = String(error.params["reason"] ?? error.message);
      throw failure(
        "MIGRATION_FAILED",
        { file, statement: index + 1, reason, sql: sql.slice(0, 400) },
        error,
      );
    }
  }
  await clickhouse.insert({
    table: "migrations_v1",
    columns: ["number", "file", "sha256", "applied_at"],
    rows: [{ number, file, sha256, applied_at: new Date().toISOString() }],
    token: `migration-${number}-${sha256}`,
  });
}
