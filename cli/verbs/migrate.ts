import type { Command } from "commander";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { failure } from "#core/failure.ts";
import { type ProductUser, productUsers } from "#runtime/clickhouse-users.ts";
import { clickHouseGrantsSql } from "#runtime/clickhouse-users-sql.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { makeUsers } from "#runtime/make-users.ts";
import { migrate } from "#runtime/migrate.ts";

const SQL_DIR = new URL("../../sql", import.meta.url).pathname;

interface Options extends CommonOptions {
  readonly printGrants?: boolean;
  readonly topics?: boolean;
  readonly users?: boolean;
}

/** `spendtrail migrate`: tables, and on request the users and the topics of servers of one's own. */
export function registerMigrate(program: Command): void {
  const command = program
    .command("migrate")
    .description("bring the tables up to date; run before a new version starts")
    .option("--topics", "make our missing Kafka topics too")
    .option(
      "--users",
      "make our other ClickHouse users with their grants first; the admin user must be allowed to make users",
    )
    .option(
      "--print-grants",
      "print the SQL that makes the ClickHouse users with their grants, and do nothing else",
    );
  common(command, [
    "spendtrail migrate",
    "spendtrail migrate --users --topics",
    "spendtrail migrate --print-grants > users.sql",
  ]).action(run);
}

async function run(options: Options): Promise<void> {
  const screen = screenOf(options);
  const config = configOf(options, "migrate");
  const { database } = config.clickhouse;
  const wanted = productUsers(config.clickhouse, config.queryLimits);
  if (options.printGrants) {
    const sql = clickHouseGrantsSql(wanted, database);
    screen.answer({ sql }, [sql]);
    return;
  }
  if (options.users) refuseEmptyPasswords(wanted);
  const users = options.users ? await makeUsers(config.clickhouse.admin, wanted, database) : [];
  const applied = await migrate(config.clickhouse.admin, database, SQL_DIR);
  const made = options.topics ? await makeTopics(config) : [];
  const lines = applied.map(({ file }) => `applied ${file}`);
  const topics = made.map((topic) => `made topic ${topic}`);
  screen.answer({ users, applied, topics: made }, [
    ...users.map((name) => `made user ${name}`),
    ...(lines.length > 0 ? lines : ["The tables are up to date."]),
    ...topics,
  ]);
}

/** A user without a password would be made with a marker in its place, and nobody could tell why its login fails. */
function refuseEmptyPasswords(users: readonly ProductUser[]): void {
  const empty = users.filter(({ password }) => password === "").map(({ role }) => PASSWORD_OF[role]);
  if (empty.length === 0) return;
  const faults = empty.map((name) => `${name}: required by \`spendtrail migrate --users\`, and absent`);
  throw failure("CONFIG_INVALID", { faults: faults.map((fault) => `  ${fault}`).join("\n") });
}

const PASSWORD_OF: Readonly<Record<ProductUser["role"], string>> = {
  admin: "CLICKHOUSE_ADMIN_PASSWORD",
  ingest: "CLICKHOUSE_INGEST_PASSWORD",
  api_team: "CLICKHOUSE_API_PASSWORD",
  api_all: "CLICKHOUSE_API_ALL_PASSWORD",
};

async function makeTopics(config: ReturnType<typeof configOf>): Promise<string[]> {
  const specs = ourTopics(config.topics, config.topicPartitions, config.replicationFactor);
  const log = createLog("migrate", config.logLevel);
  const reports = await inspectTopics(config.kafka, specs, {
    create: true,
    replicationFactor: config.replicationFactor,
    log,
  });
  return reports.filter((report) => report.state === "created").map((report) => report.topic);
}
