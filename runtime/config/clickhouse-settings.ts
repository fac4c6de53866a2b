import { z } from "zod";
import { identifier, setting, text, url, whole } from "#runtime/config/setting.ts";

/** How to reach ClickHouse, as which users, and what a query may take. */
export const CLICKHOUSE_SETTINGS = {
  CLICKHOUSE_URL: setting(url, {
    accepts: "an http or https URL, such as https://clickhouse.example:8443",
    about: "The server. Without it `spendtrail up` runs a ClickHouse of its own.",
    required: "by every program but `up` and `collect`",
  }),
  CLICKHOUSE_DATABASE: setting(identifier, {
    accepts: "letters, digits and '_', at most 63",
    about: "The product's own database; `migrate` makes it with ENGINE = Atomic.",
    fallback: "spendtrail",
  }),
  CLICKHOUSE_TLS_CA: setting(z.string().includes("-----BEGIN "), {
    accepts: "a PEM certificate, or several",
    about: "Whom to trust for an https URL, instead of the authorities that the system knows.",
    file: true,
  }),
  CLICKHOUSE_TIMEOUT_MS: setting(whole(1000, 3_600_000), {
    accepts: "milliseconds, from 1000 to 3600000",
    about: "How long one request may take before it is given up.",
    fallback: "60000",
  }),
  ...user("ADMIN", "spendtrail_admin", "the user that migrates and owns the views", "by `migrate` and `up`"),
  ...user("INGEST", "spendtrail_ingest", "the user that inserts", "by `ingest` and `up`"),
  ...user("API", "spendtrail_api", "the user granted only the views that demand a team", "by `api` and `up`"),
  ...user("API_ALL", "spendtrail_api_all", "the user granted the views of all teams", "by `api` and `up`"),
  SPENDTRAIL_QUERY_TIME_MS_MAX: setting(whole(1000, 3_600_000), {
    accepts: "milliseconds, from 1000 to 3600000",
    about: "The longest that one query of the API may run.",
    fallback: "30000",
  }),
  SPENDTRAIL_QUERY_RESULT_ROWS_MAX: setting(whole(1, 100_000_000), {
    accepts: "a whole number from 1 to 100000000",
    about: "The most rows that one query of the API may give.",
    fallback: "1000000",
  }),
  SPENDTRAIL_QUERY_READ_ROWS_MAX: setting(whole(1, 1_000_000_000_000), {
    accepts: "a whole number from 1 to 1000000000000",
    about: "The most rows that one query of the API may read.",
    fallback: "1000000000",
  }),
  SPENDTRAIL_QUERY_MEMORY_BYTES_MAX: setting(whole(16_777_216, 1_000_000_000_000), {
    accepts: "bytes, from 16777216 (16 MiB) to 1000000000000",
    about: "The most memory that one query of the API may take on the server.",
    fallback: "4294967296",
  }),
} as const;

function user<const Role extends string, const Name extends string>(
  role: Role,
  fallback: Name,
  what: string,
  required: string,
) {
  const name = setting(identifier, {
    accepts: "letters, digits and '_', at most 63",
    about: `The name of ${what}.`,
    fallback,
  });
  const password = setting(text, {
    accepts: "text",
    about: `The password of ${what}.`,
    secret: true,
    required: `${required} with a server of your own`,
  });
  return {
    [`CLICKHOUSE_${role}_USER`]: name,
    [`CLICKHOUSE_${role}_PASSWORD`]: password,
  } as Record<`CLICKHOUSE_${Role}_USER`, typeof name> &
    Record<`CLICKHOUSE_${Role}_PASSWORD`, typeof password>;
}
