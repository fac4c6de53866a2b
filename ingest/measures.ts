import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { FetchedRecords } from "#runtime/kafka/group-consumer.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface Measures {
  fetched(fetched: FetchedRecords): void;
  written(batch: BuiltBatch, seconds: number): void;
  stopped(partitions: number): void;
  /** Records of a partition that are there and were not fetched yet. */
  lag(topic: string, partition: number, records: number): void;
  /** An insert that was not repeated because its rows are there. */
  foundThere(table: string): void;
  /** Sources that hold a partition up because of their rejects. */
  breakers(sources: number): void;
}

/** Models that have no price, as a label; beyond these the label is `other`, so that a stranger cannot fill the memory. */
const UNPRICED_MODELS_MAX = 50;

export function createMeasures(metrics: Metrics): Measures {
  const lag = metrics.gauge({
    name: "ingest_lag_records",
    help: "Records in the partition that are not fetched yet.",
    labels: ["topic", "partition"],
  });
  const rows = metrics.counter({
    name: "ingest_rows_written",
    help: "Rows written, by table.",
    labels: ["table"],
  });
  const rejects = metrics.counter({
    name: "ingest_rejects_records",
    help: "Record elements rejected.",
    labels: ["reason"],
  });
  const unpriced = metrics.counter({
    name: "ingest_unpriced_calls",
    help: "Calls without a price.",
    labels: ["model"],
  });
  const batchSeconds = metrics.histogram({
    name: "ingest_batch_seconds",
    help: "From cutting a batch to its commit.",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const stopped = metrics.gauge({
    name: "ingest_partitions_stopped",
    help: "Partitions that stand still until an operator acts.",
  });
  const found = metrics.counter({
    name: "ingest_inserts_found",
    help: "Inserts whose answer was lost, or that a crash followed, and whose rows were found in the store.",
    labels: ["table"],
  });
  const breakers = metrics.gauge({
    name: "ingest_breakers_open",
    help: "Sources whose share of rejects has jumped; their partitions wait.",
  });
  const models = new Set<string>();
  const modelLabel = (model: string) => {
    if (models.size < UNPRICED_MODELS_MAX) models.add(model);
    return models.has(model) ? model : "other";
  };
  return {
    stopped: (partitions) => stopped.set(partitions),
    lag: (topic, partition, records) => lag.set({ topic, partition: String(partition) }, records),
    foundThere: (table) => found.inc({ table }),
    breakers: (sources) => breakers.set(sources),
    fetched: ({ topic, partition, highWatermark, nextOffset }) =>
      lag.set({ topic, partition: String(partition) }, Number(highWatermark - nextOffset)),
    written: (batch, seconds) => {
      rows.inc({ table: "events_v1" }, batch.eventRows.length);
      rows.inc({ table: "records_v1" }, batch.recordRows.length);
      batchSeconds.observe(seconds);
      for (const { outcome } of batch.elements)
        if (outcome.kind === "rejected") rejects.inc({ reason: outcome.reason });
      for (const row of batch.eventRows) {
        if (row["cost_status"] === "unpriced") unpriced.inc({ model: modelLabel(String(row["model"])) });
      }
    },
  };
}
