import { createHash } from "node:crypto";
import type { Grant, ProductUser, QueryLimits } from "#runtime/clickhouse-users.ts";

/**
 * The users file of the embedded server, named by `<users_config>` in its configuration file (an inline section is
 * ignored by the embedded library). Passwords stand in it as SHA-256 only; they are random, so that is enough.
 *
 * The library itself runs its start-up statements as `default` without a password, which any local program could
 * use over HTTP too: `<networks>` is not enforced there (seen on 26.7.2). So `default` is granted nothing but what
 * those statements need, and reads no table, file or URL.
 */
export function clickHouseUsersXml(users: readonly ProductUser[], database: string): string {
  const profiles = users.flatMap((user) =>
    user.limits === undefined ? [] : [profileXml(user.role, user.limits)],
  );
  return [
    "<clickhouse>",
    "  <profiles>",
    "    <default/>",
    ...profiles,
    "  </profiles>",
    "  <quotas><default/></quotas>",
    "  <users>",
    bootUserXml(),
    ...users.map((user) => userXml(user, database)),
    "  </users>",
    "</clickhouse>",
    "",
  ].join("\n");
}

/** Settings of a profile for readers: the value, and how far the caller may move it. */
export function readerSettings(
  limits: QueryLimits,
): readonly { name: string; value: number; min?: number; max?: number }[] {
  const seconds = Math.max(1, Math.ceil(limits.timeMsMax / 1000));
  // The least is 1, because 0 means "no limit" to ClickHouse and would be below any maximum.
  const upTo = (name: string, value: number) => ({ name, value, min: 1, max: value });
  return [
    // 2, not 1: the client must still pass its output settings; everything that limits is constrained below.
    { name: "readonly", value: 2, min: 2, max: 2 },
    { name: "allow_ddl", value: 0, min: 0, max: 0 },
    upTo("max_execution_time", seconds),
    upTo("max_result_rows", limits.resultRowsMax),
    upTo("max_rows_to_read", limits.readRowsMax),
    upTo("max_memory_usage", limits.memoryBytesMax),
  ];
}

function profileXml(name: string, limits: QueryLimits): string {
  const settings = readerSettings(limits);
  return [
    `    <${name}>`,
    ...settings.map((setting) => `      <${setting.name}>${setting.value}</${setting.name}>`),
    "      <constraints>",
    ...settings.map(
      ({ name: setting, min, max }) => `        <${setting}><min>${min}</min><max>${max}</max></${setting}>`,
    ),
    "      </constraints>",
    `    </${name}>`,
  ].join("\n");
}

function bootUserXml(): string {
  return [
    "    <default>",
    "      <no_password/>",
    "      <networks><ip>127.0.0.1</ip></networks>",
    "      <profile>default</profile>",
    "      <quota>default</quota>",
    "      <grants>",
    "        <query>GRANT SYSTEM LISTEN ON *.*</query>",
    "        <query>GRANT TABLE ENGINE ON File</query>",
    "        <query>GRANT CREATE TEMPORARY TABLE ON *.*</query>",
    "        <query>GRANT SELECT, CREATE TABLE ON default.*</query>",
    "      </grants>",
    "    </default>",
  ].join("\n");
}

function userXml(user: ProductUser, database: string): string {
  const hash = createHash("sha256").update(user.password).digest("hex");
  const grants =
    user.grants === "all"
      ? []
      : [
          "      <grants>",
          ...user.grants.map((grant) => `        <query>${escapeXml(grantClause(grant, database))}</query>`),
          "      </grants>",
        ];
  return [
    `    <${user.name}>`,
    `      <password_sha256_hex>${hash}</password_sha256_hex>`,
    "      <networks><ip>::/0</ip></networks>",
    `      <profile>${user.limits === undefined ? "default" : user.role}</profile>`,
    "      <quota>default</quota>",
    ...grants,
    `    </${user.name}>`,
  ].join("\n");
}

/** `GRANT SELECT(topic, partition) ON spendtrail.records_v1`, without the grantee. */
export function grantClause(grant: Grant, database: string): string {
  const columns = grant.columns === undefined ? "" : `(${grant.columns.join(", ")})`;
  return `GRANT ${grant.privilege}${columns} ON ${database}.${grant.on}`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
