import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import type { Config } from "#runtime/config/config.ts";
import type { LocalSecrets } from "#runtime/config/local-secrets.ts";

/** Where the embedded servers listen; absent for one that is not embedded. */
export interface EmbeddedServers {
  readonly brokers?: readonly string[];
  readonly clickHouseUrl?: string;
}

/**
 * The configuration once `up` knows the ports and secrets of the servers that it runs itself. A salt or password
 * that was given stays; the data folder's own ones fill the rest.
 */
export function withEmbedded(config: Config, servers: EmbeddedServers, secrets: LocalSecrets): Config {
  const url = servers.clickHouseUrl;
  const as = (user: ClickHouseConfig, password: string): ClickHouseConfig =>
    url === undefined ? user : { ...user, url, password: user.password || password };
  const { database, admin, ingest, apiTeam, apiAll } = config.clickhouse;
  return {
    ...config,
    kafka: servers.brokers === undefined ? config.kafka : { ...config.kafka, brokers: servers.brokers },
    clickhouse: {
      database,
      admin: as(admin, secrets.clickhouse_admin_password),
      ingest: as(ingest, secrets.clickhouse_ingest_password),
      apiTeam: as(apiTeam, secrets.clickhouse_api_password),
      apiAll: as(apiAll, secrets.clickhouse_api_all_password),
    },
    personSalt: config.personSalt.length > 0 ? config.personSalt : Buffer.from(secrets.person_salt),
  };
}
