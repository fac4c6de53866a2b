import { type ProductUser, productUsers } from "#runtime/clickhouse-users.ts";

export const TEST_PASSWORD = "test-password";

/**
 * The product's users as the test ClickHouse has them, with their real grants on the database `spendtrail`. `admin`
 * may use any database, so tests that write make one of their own; tests of grants use `spendtrail` itself.
 */
export function testUsers(): readonly ProductUser[] {
  const as = (user: string) => ({ user, password: TEST_PASSWORD });
  return productUsers(
    { admin: as("admin"), ingest: as("ingest"), apiTeam: as("api_team"), apiAll: as("api_all") },
    { timeMsMax: 20_000, resultRowsMax: 1_000_000, readRowsMax: 100_000_000, memoryBytesMax: 2_000_000_000 },
  );
}
