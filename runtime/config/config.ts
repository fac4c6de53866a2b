import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import type { QueryLimits } from "#runtime/clickhouse-users.ts";
import type { ExportDestination } from "#runtime/config/export-destinations.ts";
import type { AllowedPlace, SmtpServer } from "#runtime/config/receiver-settings.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";

/** Names of the topics of ours. */
export interface TopicNames {
  readonly records: string;
  readonly rejects: string;
  readonly settings: string;
  readonly acts: string;
  readonly batches: string;
  readonly budgetState: string;
}

export interface Address {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
}

/** How the ingester cuts batches: whichever bound is reached first. */
export interface IngestLimits {
  readonly batchRowsMax: number;
  readonly batchBytesMax: number;
  readonly batchAgeMs: number;
  readonly heldBytesMax: number;
  readonly breakerRejectPercent: number;
  readonly breakerHoldMs: number;
  readonly stallMs: number;
  readonly groupSessionMs: number;
}

/** What all programs are configured by; made by `loadConfig`, documented in `docs/configuration.md`. */
export interface Config {
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly dataDir: string;
  /** Which servers `spendtrail up` runs itself; then their addresses here are empty until `withEmbedded`. */
  readonly embedded: { readonly kafka: boolean; readonly clickhouse: boolean };
  readonly kafka: KafkaConfig;
  readonly topics: TopicNames;
  readonly topicPartitions: number;
  readonly replicationFactor: number;
  readonly clickhouse: {
    readonly database: string;
    readonly admin: ClickHouseConfig;
    readonly ingest: ClickHouseConfig;
    readonly apiTeam: ClickHouseConfig;
    readonly apiAll: ClickHouseConfig;
  };
  readonly queryLimits: QueryLimits;
  readonly collector: Address & {
    /** Of OTLP over gRPC, on the same host; null: that door stays shut. */
    readonly grpcPort: number | null;
    readonly bodyBytesMax: number;
    readonly inflatedBytesMax: number;
    readonly spool: { readonly dir: string; readonly bytesMax: number };
  };
  readonly api: Address;
  /** Where `ingest` and `jobs` tell their health and metrics. */
  readonly health: { readonly ingest: Address; readonly jobs: Address };
  readonly ingest: IngestLimits;
  /** Where the jobs back up to; null: they do not. */
  readonly backupTo: string | null;
  /** Where scheduled exports may go, by name; null: nowhere is configured. */
  readonly exportDestinations: ReadonlyMap<string, ExportDestination> | null;
  /** What the receivers of alerts need that is no setting of theirs. */
  readonly receivers: {
    readonly secrets: ReadonlyMap<string, string>;
    readonly allow: readonly AllowedPlace[];
    /** null: there is no mail server. */
    readonly smtp: SmtpServer | null;
  };
  /** Key of the pseudonyms of people. Losing it parts old pseudonyms from new ones. */
  readonly personSalt: Buffer;
}
