import { bytesField, varintField } from "#collector/otlp/wire-writer.ts";
import type { OtlpEncoding } from "#gateways/otlp/decode.ts";

export type ExportSignal = "logs" | "traces" | "metrics";

/** OTLP's own answer to a request that was taken: how much of it is no use, and a sentence where there is one to say. */
export interface Outcome {
  readonly rejected: number;
  readonly message: string;
}

/** What the refused records are called in each signal's JSON answer; in protobuf it is field 1 in all of them. */
const REJECTED = {
  logs: "rejectedLogRecords",
  traces: "rejectedSpans",
  metrics: "rejectedDataPoints",
} as const;

/**
 * An `Export…ServiceResponse`: empty when all is well, else with `partial_success`
 * (opentelemetry-proto, collector/logs/v1/logs_service.proto). A sender must not send again what is in there.
 */
export function exportResponse(signal: ExportSignal, encoding: OtlpEncoding, outcome: Outcome): Buffer {
  const { rejected, message } = outcome;
  const isWell = rejected === 0 && message === "";
  if (encoding === "json") {
    // int64 is text in protobuf's JSON.
    const partial = { [REJECTED[signal]]: String(rejected), errorMessage: message };
    return Buffer.from(JSON.stringify(isWell ? {} : { partialSuccess: partial }));
  }
  if (isWell) return Buffer.alloc(0);
  return bytesField(1, Buffer.concat([varintField(1, rejected), bytesField(2, message)]));
}
