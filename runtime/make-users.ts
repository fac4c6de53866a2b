import { Failure, failure } from "#core/failure.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import type { ProductUser } from "#runtime/clickhouse-users.ts";
import { clickHouseGrantsSql } from "#runtime/clickhouse-users-sql.ts";
import { splitStatements } from "#runtime/split-statements.ts";

/**
 * Makes the product's users on a full ClickHouse server, or brings them up to date, as its admin user; gives their
 * names. The admin user itself is not touched: whoever gave it the right to make users keeps it. Each user is
 * replaced as a whole, so that a grant of an older version does not stay behind; in the moment between that and its
 * grants a query of that user is refused. Tables need not be there yet: a grant is by name.
 *
 * @throws failure CLICKHOUSE_USERS_REFUSED where the admin may not, or the server has no place for users made by SQL
 * (it then reads them from a file, as the embedded one does); the failures of any query besides
 */
export async function makeUsers(
  admin: ClickHouseConfig,
  users: readonly ProductUser[],
  database: string,
): Promise<readonly string[]> {
  const others = users.filter((user) => user.role !== "admin");
  // The database is made in the same SQL, so it cannot be the one to connect to.
  const clickhouse = connectClickHouse({ ...admin, database: "default" });
  try {
    for (const sql of splitStatements(clickHouseGrantsSql(others, database)))
      await clickhouse.command(sql, { name: "make_users" });
    return others.map(({ name }) => name);
  } catch (error) {
    if (!(error instanceof Failure) || !REFUSALS.has(error.code)) throw error;
    const reason = String(error.params["reason"] ?? error.message);
    throw failure("CLICKHOUSE_USERS_REFUSED", { user: admin.user, reason }, error);
  } finally {
    await clickhouse.close();
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["CLICKHOUSE_ACCESS_REFUSED", "CLICKHOUSE_REFUSED"]);
