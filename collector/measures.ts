import type { Metrics } from "#runtime/metrics.ts";

export type Measures = ReturnType<typeof createMeasures>;

/** The collector's own figures. Labels come from closed lists: doors are known gateways, reasons a known set. */
export function createMeasures(metrics: Metrics) {
  return {
    requests: metrics.counter({
      name: "collector_requests",
      help: "Requests, by door and status.",
      labels: ["door", "status"],
    }),
    seconds: metrics.histogram({
      name: "collector_request_seconds",
      help: "Time to answer, with Kafka's acknowledgement in it, by door.",
      labels: ["door"],
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 5, 20, 60],
    }),
    records: metrics.counter({
      name: "collector_records",
      help: "Record elements that were taken: Kafka or the spool's disk has them. By door; oversize ones as their beginning only.",
      labels: ["door", "form"],
    }),
    bytes: metrics.counter({
      name: "collector_body_bytes",
      help: "Bytes of bodies that were taken, inflated, by door.",
      labels: ["door"],
    }),
    unconfirmed: metrics.counter({
      name: "collector_unconfirmed_records",
      help: "Record elements that were answered with 503 because neither Kafka nor the spool took them.",
      labels: ["door"],
    }),
    spooled: metrics.counter({
      name: "collector_spooled_records",
      help: "Record elements that went to the disk because Kafka was away, by door.",
      labels: ["door"],
    }),
    keysRefused: metrics.counter({
      name: "collector_keys_refused",
      help: "Requests without a valid key, by why.",
      labels: ["reason"],
    }),
    metricsDropped: metrics.counter({
      name: "collector_otlp_metrics_dropped",
      help: "OTLP requests with metrics, which are answered and not stored, by door.",
      labels: ["door"],
    }),
    metricsDroppedBytes: metrics.counter({
      name: "collector_otlp_metrics_dropped_bytes",
      help: "Bytes of those requests, inflated, by door.",
      labels: ["door"],
    }),
    heldBytes: metrics.gauge({
      name: "collector_held_bytes",
      help: "Bytes of bodies that are held now.",
    }),
  };
}
