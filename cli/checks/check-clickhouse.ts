import { readdirSync } from "node:fs";
import { z } from "zod";
import { type Finding, fault, fine, warning } from "#cli/checks/finding.ts";
import { Failure } from "#core/failure.ts";
import { checkInsertSettings } from "#runtime/clickhouse/check-insert-settings.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { ALL_VIEWS, TEAM_VIEWS } from "#runtime/clickhouse-users.ts";
import type { Config } from "#runtime/config/config.ts";

/** Versions that the tests run on; others may work and were not tried. */
const TESTED = { from: 26, to: 26 };
/** Two clocks further apart than this make "ahead of the append time" mean nothing. */
const CLOCK_MS_MAX = 5_000;

const About = z.object({ version: z.string(), now_ms: z.coerce.number() });
const Migrated = z.object({ files: z.coerce.number() });
const Any = z.object({ n: z.coerce.number() });

const NO_ANSWER: ReadonlySet<string> = new Set(["CLICKHOUSE_UNREACHABLE", "CLICKHOUSE_TIMEOUT"]);

/** ClickHouse answers as each of our users, in a version that was tried, with our tables, settings and privileges. */
export async function checkClickHouse(config: Config, sqlDir: string): Promise<readonly Finding[]> {
  const { admin, ingest, apiTeam, apiAll } = config.clickhouse;
  const unreachable = await unreachableFault(ingest);
  if (unreachable !== null) return [unreachable];
  return [
    ...(await as("clickhouse", "INGEST", ingest, async (ch) => [
      ...(await about(ch)),
      await insertSettings(ch),
      await canWrite(ch),
    ])),
    ...(await as("clickhouse api user", "API", apiTeam, async (ch) => [await seesOnlyItsViews(ch)])),
    ...(await as("clickhouse all-teams user", "API_ALL", apiAll, async (ch) => [await seesAll(ch)])),
    ...(admin.password === ""
      ? []
      : await as("tables", "ADMIN", admin, async (ch) => [await migrated(ch, sqlDir)])),
  ];
}

/** Told once: it is the same for every user. Any answer will do here, also a login that is refused. */
async function unreachableFault(config: ClickHouseConfig): Promise<Finding | null> {
  const clickhouse = connectClickHouse(config);
  try {
    await clickhouse.query({ name: "check_reach", sql: "SELECT 1 AS n", row: Any });
  } catch (error) {
    if (!(error instanceof Failure) || !NO_ANSWER.has(error.code)) return null;
    const reason = error.params["reason"];
    return fault(
      "clickhouse",
      `${config.url} cannot be reached (${reason}): start ClickHouse there, or mend CLICKHOUSE_URL`,
    );
  } finally {
    await clickhouse.close();
  }
  return null;
}

/** @param settings which of the `CLICKHOUSE_*_USER` and `_PASSWORD` pairs it is */
async function as(
  name: string,
  settings: "INGEST" | "API" | "API_ALL" | "ADMIN",
  config: ClickHouseConfig,
  look: (ch: ClickHouse) => Promise<Finding[]>,
): Promise<Finding[]> {
  const clickhouse = connectClickHouse(config);
  try {
    return await look(clickhouse);
  } catch (error) {
    return [fault(name, adviceOn(error, settings, config))];
  } finally {
    await clickhouse.close();
  }
}

/** Codes of ClickHouse (src/Common/ErrorCodes.cpp): UNKNOWN_TABLE, UNKNOWN_DATABASE. */
const NOT_MADE: ReadonlySet<unknown> = new Set(["60", "81"]);

function adviceOn(error: unknown, settings: string, { url, user, database }: ClickHouseConfig): string {
  if (!(error instanceof Failure)) return error instanceof Error ? error.message : String(error);
  if (error.code === "CLICKHOUSE_LOGIN_REFUSED")
    return `${url} refuses the user ${user}: CLICKHOUSE_${settings}_PASSWORD or CLICKHOUSE_${settings}_USER is wrong, or the user was never made (\`spendtrail migrate --users\`)`;
  if (error.code === "CLICKHOUSE_REFUSED" && NOT_MADE.has(error.params["code"]))
    return `the tables in database ${database} were never made: run \`spendtrail migrate\`, or name the right one by CLICKHOUSE_DATABASE`;
  return error.message;
}

async function about(clickhouse: ClickHouse): Promise<Finding[]> {
  const sentMs = Date.now();
  const [row] = await clickhouse.query({
    name: "check_about",
    sql: "SELECT version() AS version, toUnixTimestamp64Milli(now64(3)) AS now_ms",
    row: About,
  });
  if (row === undefined) return [fault("clickhouse", "answers, and not what was asked")];
  const major = Number(row.version.split(".")[0]);
  const apartMs = Math.abs(row.now_ms - (sentMs + Date.now()) / 2);
  return [
    major >= TESTED.from && major <= TESTED.to
      ? fine("clickhouse", `answers, version ${row.version}`)
      : warning(
          "clickhouse",
          `version ${row.version}; tested with ${TESTED.from}. Exactly-once leans on how inserts are deduplicated, which differs between versions.`,
        ),
    apartMs <= CLOCK_MS_MAX
      ? fine("clock", `ours and ClickHouse's are ${Math.round(apartMs)} ms apart`)
      : fault(
          "clock",
          `ours and ClickHouse's are ${Math.round(apartMs / 1000)} s apart: set both by NTP, or events will be taken for future ones`,
        ),
  ];
}

async function insertSettings(clickhouse: ClickHouse): Promise<Finding> {
  await checkInsertSettings(clickhouse);
  return fine("insert settings", "synchronous, deduplicated by token");
}

async function canWrite(clickhouse: ClickHouse): Promise<Finding> {
  const [row] = await clickhouse.query({
    name: "check_positions",
    sql: "SELECT count() AS files FROM batches_v1",
    row: Migrated,
  });
  return fine("ingest user", `reads positions (${row?.files ?? 0} batches)`);
}

/** The promise behind every viewer's key: a query without a scope is refused by the server, not only by us. */
async function seesOnlyItsViews(clickhouse: ClickHouse): Promise<Finding> {
  // A login that is refused must not pass for a table that is refused.
  await clickhouse.query({ name: "check_login", sql: "SELECT 1 AS n", row: Any });
  const refused = await clickhouse
    .query({ name: "check_refused", sql: "SELECT count() AS n FROM events_v1", row: Any })
    .then(
      () => false,
      (error: unknown) => error instanceof Failure && error.code === "CLICKHOUSE_ACCESS_REFUSED",
    );
  if (!refused)
    return fault(
      "clickhouse api user",
      "may read events_v1: run what `spendtrail migrate --print-grants` prints, and grant nothing else",
    );
  return fine("clickhouse api user", `is refused the tables; has ${TEAM_VIEWS.join(", ")}`);
}

async function seesAll(clickhouse: ClickHouse): Promise<Finding> {
  await clickhouse.query({
    name: "check_progress",
    sql: "SELECT count() AS n FROM ingest_progress",
    row: Any,
  });
  return fine("clickhouse all-teams user", `has ${ALL_VIEWS.join(", ")}`);
}

async function migrated(clickhouse: ClickHouse, sqlDir: string): Promise<Finding> {
  const files = readdirSync(sqlDir).filter((name) => name.endsWith(".sql")).length;
  const [row] = await clickhouse.query({
    name: "check_migrations",
    sql: "SELECT uniq(number) AS files FROM migrations_v1",
    row: Migrated,
  });
  if (row?.files === files) return fine("tables", `${files} migrations applied`);
  return fault("tables", `${row?.files ?? 0} of ${files} migrations are applied: run \`spendtrail migrate\``);
}
