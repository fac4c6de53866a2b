import { join } from "node:path";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import type { Config } from "#runtime/config/config.ts";
import type { Program } from "#runtime/config/needs.ts";
import { createOauthToken } from "#runtime/config/oauth-token.ts";
import type { SettingValues } from "#runtime/config/schema.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";

/** Puts the read settings into the shape that programs take; everything was checked before. */
export function assembleConfig(values: SettingValues, program: Program | null): Config {
  const embedded = {
    kafka: program === "up" && values.KAFKA_BROKERS === undefined,
    clickhouse: program === "up" && values.CLICKHOUSE_URL === undefined,
  };
  return {
    logLevel: values.SPENDTRAIL_LOG_LEVEL,
    dataDir: values.SPENDTRAIL_DATA_DIR,
    embedded,
    kafka: kafkaConfig(values),
    topics: {
      records: values.SPENDTRAIL_TOPIC_RECORDS,
      rejects: values.SPENDTRAIL_TOPIC_REJECTS,
      settings: values.SPENDTRAIL_TOPIC_SETTINGS,
      acts: values.SPENDTRAIL_TOPIC_ACTS,
      batches: values.SPENDTRAIL_TOPIC_BATCHES,
      budgetState: values.SPENDTRAIL_TOPIC_BUDGET_STATE,
    },
    topicPartitions: values.SPENDTRAIL_TOPIC_PARTITIONS,
    replicationFactor: values.SPENDTRAIL_REPLICATION_FACTOR ?? (embedded.kafka ? 1 : 3),
    clickhouse: clickHouseUsers(values),
    queryLimits: {
      timeMsMax: values.SPENDTRAIL_QUERY_TIME_MS_MAX,
      resultRowsMax: values.SPENDTRAIL_QUERY_RESULT_ROWS_MAX,
      readRowsMax: values.SPENDTRAIL_QUERY_READ_ROWS_MAX,
      memoryBytesMax: values.SPENDTRAIL_QUERY_MEMORY_BYTES_MAX,
    },
    collector: {
      host: values.SPENDTRAIL_COLLECTOR_HOST,
      port: values.SPENDTRAIL_COLLECTOR_PORT,
      grpcPort: values.SPENDTRAIL_OTLP_GRPC_PORT,
      bodyBytesMax: values.SPENDTRAIL_COLLECTOR_BODY_BYTES_MAX,
      inflatedBytesMax: values.SPENDTRAIL_COLLECTOR_INFLATED_BYTES_MAX,
      spool: { dir: spoolDir(values), bytesMax: values.SPENDTRAIL_SPOOL_BYTES_MAX },
    },
    api: { host: values.SPENDTRAIL_API_HOST, port: values.SPENDTRAIL_API_PORT },
    health: {
      ingest: { host: values.SPENDTRAIL_HEALTH_HOST, port: values.SPENDTRAIL_INGEST_HEALTH_PORT },
      jobs: { host: values.SPENDTRAIL_HEALTH_HOST, port: values.SPENDTRAIL_JOBS_HEALTH_PORT },
    },
    ingest: {
      batchRowsMax: values.SPENDTRAIL_BATCH_ROWS_MAX,
      batchBytesMax: values.SPENDTRAIL_BATCH_BYTES_MAX,
      batchAgeMs: values.SPENDTRAIL_BATCH_AGE_MS,
      heldBytesMax: values.SPENDTRAIL_HELD_BYTES_MAX,
      breakerRejectPercent: values.SPENDTRAIL_BREAKER_REJECT_PERCENT,
      breakerHoldMs: values.SPENDTRAIL_BREAKER_HOLD_MS,
      stallMs: values.SPENDTRAIL_STALL_MS,
      groupSessionMs: values.SPENDTRAIL_GROUP_SESSION_MS,
    },
    backupTo: values.SPENDTRAIL_BACKUP_TO ?? null,
    exportDestinations: values.SPENDTRAIL_EXPORT_DESTINATIONS ?? null,
    receivers: {
      secrets: values.SPENDTRAIL_RECEIVERS_SECRETS ?? new Map(),
      allow: values.SPENDTRAIL_RECEIVERS_ALLOW ?? [],
      smtp: values.SPENDTRAIL_RECEIVERS_SMTP ?? null,
    },
    personSalt: Buffer.from(values.SPENDTRAIL_PERSON_SALT ?? ""),
  };
}

/** Beside the rest of the data, unless it is given. */
function spoolDir(values: SettingValues): string {
  return values.SPENDTRAIL_SPOOL_DIR ?? join(values.SPENDTRAIL_DATA_DIR, "spool");
}

function kafkaConfig(values: SettingValues): KafkaConfig {
  const sasl = saslConfig(values);
  const tls = {
    rejectUnauthorized: true,
    ...(values.KAFKA_TLS_CA === undefined ? {} : { ca: values.KAFKA_TLS_CA }),
    ...(values.KAFKA_TLS_CERT === undefined ? {} : { cert: values.KAFKA_TLS_CERT }),
    ...(values.KAFKA_TLS_KEY === undefined ? {} : { key: values.KAFKA_TLS_KEY }),
  };
  return {
    brokers: values.KAFKA_BROKERS ?? [],
    clientId: values.KAFKA_CLIENT_ID,
    ...(values.KAFKA_TLS ? { tls } : {}),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

function saslConfig(values: SettingValues): KafkaConfig["sasl"] {
  const mechanism = values.KAFKA_SASL_MECHANISM;
  if (mechanism === undefined) return undefined;
  if (mechanism === "oauthbearer")
    return {
      mechanism,
      token: createOauthToken({
        tokenUrl: values.KAFKA_OAUTH_TOKEN_URL ?? "",
        clientId: values.KAFKA_OAUTH_CLIENT_ID ?? "",
        clientSecret: values.KAFKA_OAUTH_CLIENT_SECRET ?? "",
        ...(values.KAFKA_OAUTH_SCOPE === undefined ? {} : { scope: values.KAFKA_OAUTH_SCOPE }),
      }),
    };
  return {
    mechanism,
    username: values.KAFKA_SASL_USERNAME ?? "",
    password: values.KAFKA_SASL_PASSWORD ?? "",
  };
}

function clickHouseUsers(values: SettingValues): Config["clickhouse"] {
  const as = (user: string, password: string | undefined): ClickHouseConfig => ({
    url: values.CLICKHOUSE_URL ?? "",
    user,
    password: password ?? "",
    database: values.CLICKHOUSE_DATABASE,
    requestTimeoutMs: values.CLICKHOUSE_TIMEOUT_MS,
    ...(values.CLICKHOUSE_TLS_CA === undefined
      ? {}
      : { tls: { caCert: Buffer.from(values.CLICKHOUSE_TLS_CA) } }),
  });
  return {
    database: values.CLICKHOUSE_DATABASE,
    admin: as(values.CLICKHOUSE_ADMIN_USER, values.CLICKHOUSE_ADMIN_PASSWORD),
    ingest: as(values.CLICKHOUSE_INGEST_USER, values.CLICKHOUSE_INGEST_PASSWORD),
    apiTeam: as(values.CLICKHOUSE_API_USER, values.CLICKHOUSE_API_PASSWORD),
    apiAll: as(values.CLICKHOUSE_API_ALL_USER, values.CLICKHOUSE_API_ALL_PASSWORD),
  };
}
