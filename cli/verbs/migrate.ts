import type { Command } from "commander";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { productUsers } from "#runtime/clickhouse-users.ts";
import { clickHouseGrantsSql } from "#runtime/clickhouse-users-sql.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";

const SQL_DIR = new URL("../../sql", import.meta.url).pathname;

interface Options extends CommonOptions {
  readonly printGrants?: boolean;
  readonly topics?: boolean;
}

/** `spendtrail migrate`: tables, and on request the users and the topics of servers of one's own. */
export function registerMigrate(program: Command): void {
  const command = program
    .command("migrate")
    .description("bring the tables up to date; run before a new version starts")
    .option("--topics", "make our missing Kafka topics too")
    .option(
      "--print-grants",
      "print the SQL that makes the ClickHouse users with their grants, and do nothing else",
    );
  common(command, [
    "spendtrail migrate",
    "spendtrail migrate --topics",
    "spendtrail migrate --print-grants > users.sql",
  ]).action(run);
}

async function run(options: Options): Promise<void> {
  const screen = screenOf(options);
  const config = configOf(options, "migrate");
  const { database } = config.clickhouse;
  if (options.printGrants) {
    const sql = clickHouseGrantsSql(productUsers(config.clickhouse, config.queryLimits), database);
    screen.answer({ sql }, [sql]);
    return;
  }
  const applied = await migrate(config.clickhouse.admin, database, SQL_DIR);
  const made = options.topics ? await makeTopics(config) : [];
  const lines = applied.map(({ file }) => `applied ${file}`);
  const topics = made.map((topic) => `made topic ${topic}`);
  screen.answer({ applied, topics: made }, [
    ...(lines.length > 0 ? lines : ["The tables are up to date."]),
    ...topics,
  ]);
}

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
