import type { Adapter } from "#core/adapter.ts";
import type { IngestGuards } from "#ingest/guards.ts";
import type { Measures } from "#ingest/measures.ts";
import type { WorkerLimits } from "#ingest/worker-ports.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { KafkaConfig, Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

/** Everything that the ingester reaches for; a test hands in its own writer or clock. */
export interface IngestDeps {
  readonly kafka: KafkaConfig;
  readonly groupId: string;
  /** How long the group waits for a member that is gone without a word; the port's default where absent. */
  readonly sessionTimeoutMs?: number;
  /** How often a gateway's missing topic is looked for; a sensible default where absent. */
  readonly missingLookMs?: number;
  readonly topics: { readonly records: string; readonly rejects: string; readonly batches: string };
  readonly producer: Pick<Producer, "send">;
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly settings: Pick<SettingsLog, "state" | "at" | "waitFor" | "onChange">;
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly personSalt: Buffer;
  readonly limits: WorkerLimits;
  /** Where other than by default. */
  readonly guards?: Partial<IngestGuards>;
  readonly measures: Measures;
  readonly log: Log;
  readonly clock: () => Date;
  /** The consumer has ended and cannot go on; the program should end with it. */
  readonly crashed: (error: Error) => void;
}
