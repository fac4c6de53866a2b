import { type SettingName, type SettingValues, settingOf } from "#runtime/config/schema.ts";

export const PROGRAMS = [
  "up",
  "collect",
  "ingest",
  "jobs",
  "api",
  "backup",
  "restore",
  "migrate",
  "check",
  "settings",
  "import",
  "replay",
  "alerts",
] as const;
export type Program = (typeof PROGRAMS)[number];

/** Which settings a program cannot do without. `up` runs the servers that are not named. `settings` is keys, sources, prices; `replay` is rejects too. */
const NEEDS: Readonly<Record<Program, readonly SettingName[]>> = {
  up: [],
  collect: ["KAFKA_BROKERS", "SPENDTRAIL_PERSON_SALT"],
  ingest: ["KAFKA_BROKERS", "CLICKHOUSE_URL", "CLICKHOUSE_INGEST_PASSWORD", "SPENDTRAIL_PERSON_SALT"],
  jobs: ["KAFKA_BROKERS", "CLICKHOUSE_URL", "CLICKHOUSE_INGEST_PASSWORD"],
  api: ["KAFKA_BROKERS", "CLICKHOUSE_URL", "CLICKHOUSE_API_PASSWORD", "CLICKHOUSE_API_ALL_PASSWORD"],
  backup: ["KAFKA_BROKERS", "CLICKHOUSE_URL", "CLICKHOUSE_ADMIN_PASSWORD"],
  restore: ["KAFKA_BROKERS", "CLICKHOUSE_URL", "CLICKHOUSE_ADMIN_PASSWORD"],
  migrate: ["CLICKHOUSE_URL", "CLICKHOUSE_ADMIN_PASSWORD"],
  check: ["KAFKA_BROKERS", "CLICKHOUSE_URL"],
  settings: ["KAFKA_BROKERS"],
  import: ["KAFKA_BROKERS", "SPENDTRAIL_PERSON_SALT"],
  alerts: [],
  replay: ["KAFKA_BROKERS", "CLICKHOUSE_URL", "CLICKHOUSE_ADMIN_PASSWORD", "SPENDTRAIL_PERSON_SALT"],
};

const PASSWORDS = [
  "CLICKHOUSE_ADMIN_PASSWORD",
  "CLICKHOUSE_INGEST_PASSWORD",
  "CLICKHOUSE_API_PASSWORD",
  "CLICKHOUSE_API_ALL_PASSWORD",
] as const;

/** Faults for what is required and absent: by the program, and by other settings that are there. */
export function missingFaults(
  values: SettingValues,
  program: Program | null,
): readonly { name: SettingName; text: string }[] {
  const required = new Map<SettingName, string>();
  if (program !== null)
    for (const name of NEEDS[program]) required.set(name, `required by ${named(program)}`);
  if (program === "up" && values.CLICKHOUSE_URL !== undefined)
    for (const name of PASSWORDS) required.set(name, "required with CLICKHOUSE_URL");
  if (program === "up" && values.CLICKHOUSE_URL !== undefined && values.KAFKA_BROKERS !== undefined)
    required.set("SPENDTRAIL_PERSON_SALT", "required with servers of your own");
  if (program === "jobs" && values.SPENDTRAIL_BACKUP_TO !== undefined)
    required.set("CLICKHOUSE_ADMIN_PASSWORD", "required by `spendtrail jobs` with SPENDTRAIL_BACKUP_TO");
  if (program === "jobs" && values.SPENDTRAIL_EXPORT_DESTINATIONS !== undefined)
    for (const name of ["CLICKHOUSE_API_PASSWORD", "CLICKHOUSE_API_ALL_PASSWORD"] as const)
      required.set(name, "required by `spendtrail jobs` with SPENDTRAIL_EXPORT_DESTINATIONS");
  for (const [name, why] of impliedNeeds(values)) required.set(name, why);
  return [...required]
    .filter(([name]) => values[name] === undefined)
    .map(([name, why]) => ({
      name,
      text: `${name}: ${why}, and absent; accepted: ${settingOf(name).accepts}`,
    }));
}

function named(program: Program): string {
  return program === "settings" ? "the verbs of keys, sources and prices" : `\`spendtrail ${program}\``;
}

function impliedNeeds(values: SettingValues): readonly (readonly [SettingName, string])[] {
  const needs: [SettingName, string][] = [];
  const mechanism = values.KAFKA_SASL_MECHANISM;
  const why = `required with KAFKA_SASL_MECHANISM=${mechanism}`;
  if (mechanism === "oauthbearer")
    needs.push(
      ["KAFKA_OAUTH_TOKEN_URL", why],
      ["KAFKA_OAUTH_CLIENT_ID", why],
      ["KAFKA_OAUTH_CLIENT_SECRET", why],
    );
  else if (mechanism !== undefined) needs.push(["KAFKA_SASL_USERNAME", why], ["KAFKA_SASL_PASSWORD", why]);
  else if (values.KAFKA_SASL_USERNAME !== undefined || values.KAFKA_SASL_PASSWORD !== undefined)
    needs.push(["KAFKA_SASL_MECHANISM", "required with a SASL user or password"]);
  if (values.KAFKA_TLS_CERT !== undefined) needs.push(["KAFKA_TLS_KEY", "required with KAFKA_TLS_CERT"]);
  if (values.KAFKA_TLS_KEY !== undefined) needs.push(["KAFKA_TLS_CERT", "required with KAFKA_TLS_KEY"]);
  return needs;
}
