import { createHash } from "node:crypto";
import type { ProductUser } from "#runtime/clickhouse-users.ts";
import { grantClause, readerSettings } from "#runtime/clickhouse-users-xml.ts";

/**
 * The same users as SQL for a server of one's own, to be run once by its administrator
 * (`spendtrail migrate --print-grants`). A password stands in it as its SHA-256; without one, the place to put it
 * is marked. `CREATE ... OR REPLACE` so that running it again brings an older set-up up to date.
 */
export function clickHouseGrantsSql(users: readonly ProductUser[], database: string): string {
  const parts = users.map((user) => [`-- ${PURPOSE[user.role]}`, ...userSql(user, database)].join("\n"));
  return `${[`CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic;`, ...parts].join("\n\n")}\n`;
}

const PURPOSE: Readonly<Record<ProductUser["role"], string>> = {
  admin: "Runs the migrations; owns the views, so this user must stay.",
  ingest: "Inserts, and reads back which positions are there.",
  api_team: "Answers callers who see some teams: only views that demand the teams.",
  api_all: "Answers callers who see all teams.",
};

/** What the administrator of a shared server gives the admin user: everything inside the database, nothing outside. */
const ADMIN_PRIVILEGES =
  "SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, OPTIMIZE, TRUNCATE, SHOW";

function userSql(user: ProductUser, database: string): readonly string[] {
  const identified =
    user.password === ""
      ? "IDENTIFIED WITH sha256_hash BY '<sha-256 of the password, in hex>'"
      : `IDENTIFIED WITH sha256_hash BY '${createHash("sha256").update(user.password).digest("hex")}'`;
  const profile = user.limits === undefined ? [] : [profileSql(user)];
  const setting = user.limits === undefined ? "" : ` SETTINGS PROFILE '${user.name}'`;
  const grants =
    user.grants === "all"
      ? [`GRANT ${ADMIN_PRIVILEGES} ON ${database}.* TO ${user.name};`]
      : user.grants.map((grant) => `${grantClause(grant, database)} TO ${user.name};`);
  return [...profile, `CREATE USER OR REPLACE ${user.name} ${identified}${setting};`, ...grants];
}

function profileSql(user: ProductUser): string {
  if (user.limits === undefined) return "";
  const settings = readerSettings(user.limits).map(
    ({ name, value, min, max }) => `  ${name} = ${value} MIN ${min} MAX ${max}`,
  );
  return `CREATE SETTINGS PROFILE OR REPLACE '${user.name}' SETTINGS\n${settings.join(",\n")};`;
}
