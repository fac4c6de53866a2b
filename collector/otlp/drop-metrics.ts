import type { Outcome } from "#collector/otlp/export-response.ts";
import type { CollectorParts } from "#collector/parts.ts";
import type { Sender } from "#collector/take.ts";

/** Rejected points would be an error to those who send them; a sentence with none rejected is OTLP's form of a warning. */
const EXPLANATION: Outcome = {
  rejected: 0,
  message:
    "Metrics are not stored: spendtrail counts calls, from logs and traces. Set OTEL_METRICS_EXPORTER=none, and OTEL_LOGS_EXPORTER=otlp if it is not set yet.",
};

/** Metrics are taken, counted and dropped: Claude Code's quick start sends them beside its logs, and must not fail. */
export function dropMetrics(bytes: number, sender: Sender, parts: CollectorParts): Outcome {
  const { measures, metricsTold, deps } = parts;
  const { name: source, gateway } = sender.source;
  measures.metricsDropped.inc({ door: gateway });
  measures.metricsDroppedBytes.inc({ door: gateway }, bytes);
  if (!metricsTold.has(source)) {
    metricsTold.add(source);
    deps.log.info({ source }, "OTLP metrics of this source are dropped: only logs and traces are stored");
  }
  return EXPLANATION;
}
