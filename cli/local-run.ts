import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive } from "#embedded/run-record.ts";
import { ensureLocalSecrets } from "#runtime/config/local-secrets.ts";

/** What a running `spendtrail up` says of itself to the other verbs on the same machine, in its data folder. */
const LocalRun = z.object({
  pid: z.int().positive(),
  brokers: z.array(z.string()),
  clickHouseUrl: z.string(),
  collectorUrl: z.string(),
  apiUrl: z.string(),
  /** An admin key of this run, so that `spendtrail costs` works at once; the file is the owner's alone. */
  token: z.string(),
});
export type LocalRun = z.infer<typeof LocalRun>;

const FILE = "up.json";

export function writeLocalRun(dataDir: string, run: LocalRun): void {
  writeFileSync(join(dataDir, FILE), JSON.stringify(run), { mode: 0o600 });
}

export function removeLocalRun(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true });
}

/** The `up` that runs on a data folder now, or null. */
export function readLocalRun(dataDir: string): LocalRun | null {
  try {
    const run = LocalRun.parse(JSON.parse(readFileSync(join(dataDir, FILE), "utf8")));
    return isAlive(run.pid) ? run : null;
  } catch {
    return null;
  }
}

/**
 * The environment with what a running `up` adds to it, where it names no servers of its own: so `spendtrail keys`
 * and the like reach the embedded ones. What is set wins.
 */
export function withLocalRun(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env["KAFKA_BROKERS"] || env["CLICKHOUSE_URL"]) return env;
  const dataDir = env["SPENDTRAIL_DATA_DIR"] || ".spendtrail";
  const run = readLocalRun(dataDir);
  if (run === null) return env;
  const secrets = ensureLocalSecrets(dataDir);
  return {
    KAFKA_BROKERS: run.brokers.join(","),
    CLICKHOUSE_URL: run.clickHouseUrl,
    CLICKHOUSE_ADMIN_PASSWORD: secrets.clickhouse_admin_password,
    CLICKHOUSE_INGEST_PASSWORD: secrets.clickhouse_ingest_password,
    CLICKHOUSE_API_PASSWORD: secrets.clickhouse_api_password,
    CLICKHOUSE_API_ALL_PASSWORD: secrets.clickhouse_api_all_password,
    SPENDTRAIL_PERSON_SALT: secrets.person_salt,
    SPENDTRAIL_REPLICATION_FACTOR: "1",
    SPENDTRAIL_API_URL: run.apiUrl,
    SPENDTRAIL_API_KEY: run.token,
    ...env,
  };
}
