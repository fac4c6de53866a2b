import type { RecordSender } from "#collector/spool/sender.ts";
import type { Adapter } from "#core/adapter.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { Log } from "#runtime/log.ts";
import type { Metrics } from "#runtime/metrics.ts";

/** Everything that the collector reaches for. Nothing is global: a test hands in its own clock and chance. */
export interface CollectorDeps {
  readonly sender: Pick<RecordSender, "send" | "takesWithoutKafka">;
  /** The fold of the settings log, followed elsewhere and caught up before the collector listens. */
  readonly settings: { state(): SettingsState; caughtUp(): Promise<void> };
  /** Whether Kafka answers now; asked by `/health/ready` only. */
  readonly kafkaAnswers: () => Promise<boolean>;
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly personSalt: Buffer;
  readonly clock: () => Date;
  readonly randomUuid: () => string;
}

export interface CollectorConfig {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** The topic that records go to. */
  readonly topic: string;
  /** The largest body, as sent. */
  readonly bodyBytesMax: number;
  /** The largest body once gzip or zstd is undone. */
  readonly inflatedBytesMax: number;
  /** The largest value of one Kafka record; a larger element is told by its beginning. */
  readonly recordBytesMax?: number;
  /** How long a request may take to arrive. */
  readonly requestMs?: number;
}
