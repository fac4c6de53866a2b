import { join } from "node:path";
import type { Failure } from "#core/failure.ts";
import { type EmbeddedClickHouse, startClickHouse } from "#embedded/clickhouse.ts";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";

export interface ServersOptions {
  readonly dataDir: string;
  /** Which of the two to run; the other one is somebody else's. */
  readonly kafka: boolean;
  readonly clickhouse: boolean;
  readonly usersXml: string;
  readonly kafkaPort?: number;
  readonly clickHousePort?: number;
  readonly onProgress?: (line: string) => void;
}

export interface Servers {
  readonly kafka: EmbeddedKafka | null;
  readonly clickhouse: EmbeddedClickHouse | null;
  /** Resolves when one of them has ended without `stop`. */
  readonly lost: Promise<Failure>;
  stop(): Promise<void>;
}

/** Starts the embedded servers side by side; where one fails, the other is stopped before the failure is thrown. */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { dataDir, usersXml } = options;
  const [kafka, clickhouse] = await Promise.allSettled([
    options.kafka
      ? startKafka({
          dir: join(dataDir, "kafka"),
          port: options.kafkaPort ?? 0,
          ...(options.onProgress && { onProgress: options.onProgress }),
        })
      : null,
    options.clickhouse
      ? startClickHouse({ dir: join(dataDir, "clickhouse"), httpPort: options.clickHousePort ?? 0, usersXml })
      : null,
  ]);
  const stop = async () => {
    const running = [kafka, clickhouse].flatMap((server) =>
      server.status === "fulfilled" && server.value !== null ? [server.value.stop()] : [],
    );
    await Promise.all(running);
  };
  if (kafka.status === "rejected" || clickhouse.status === "rejected") {
    await stop();
    throw kafka.status === "rejected" ? kafka.reason : (clickhouse as PromiseRejectedResult).reason;
  }
  const lost = Promise.race([kafka.value, clickhouse.value].flatMap((server) => server?.lost ?? []));
  return { kafka: kafka.value, clickhouse: clickhouse.value, lost, stop };
}
