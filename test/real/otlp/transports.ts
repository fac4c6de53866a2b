import { OTLPLogExporter as GrpcLogs } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtoLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as GrpcMetrics } from "@opentelemetry/exporter-metrics-otlp-grpc";
import { OTLPTraceExporter as GrpcTraces } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import type { LogRecordExporter } from "@opentelemetry/sdk-logs";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { vi } from "vitest";

/** Where the collector takes OTLP. */
export interface OtlpDoors {
  readonly collector: string;
  readonly otlpGrpc: string;
}

/** One way of the SDK's exporters to a collector. Keys and compression come from the environment, as for any user. */
export interface Transport {
  readonly name: string;
  readonly compression: "none" | "gzip";
  logs(doors: OtlpDoors): LogRecordExporter;
  traces(doors: OtlpDoors): SpanExporter;
}

const JSON_HTTP = {
  logs: ({ collector }: OtlpDoors) => new JsonLogs({ url: `${collector}/v1/logs` }),
  traces: ({ collector }: OtlpDoors) => new JsonTraces({ url: `${collector}/v1/traces` }),
};
const PROTO_HTTP = {
  logs: ({ collector }: OtlpDoors) => new ProtoLogs({ url: `${collector}/v1/logs` }),
  traces: ({ collector }: OtlpDoors) => new ProtoTraces({ url: `${collector}/v1/traces` }),
};
const GRPC = {
  logs: ({ otlpGrpc }: OtlpDoors) => new GrpcLogs({ url: otlpGrpc }),
  traces: ({ otlpGrpc }: OtlpDoors) => new GrpcTraces({ url: otlpGrpc }),
};

export const TRANSPORTS: readonly Transport[] = [
  { name: "HTTP JSON", compression: "none", ...JSON_HTTP },
  { name: "HTTP JSON in gzip", compression: "gzip", ...JSON_HTTP },
  { name: "HTTP protobuf", compression: "none", ...PROTO_HTTP },
  { name: "HTTP protobuf in gzip", compression: "gzip", ...PROTO_HTTP },
  { name: "gRPC", compression: "none", ...GRPC },
  { name: "gRPC in gzip", compression: "gzip", ...GRPC },
];

export const grpcMetrics = ({ otlpGrpc }: OtlpDoors): PushMetricExporter =>
  new GrpcMetrics({ url: otlpGrpc });

/** The variables that a user sets; the exporters read them when they are made. */
export function setOtlpEnvironment(compression: string, keys: { logs: string; traces: string }): void {
  vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", compression);
  vi.stubEnv("OTEL_EXPORTER_OTLP_LOGS_HEADERS", `x-api-key=${keys.logs}`);
  vi.stubEnv("OTEL_EXPORTER_OTLP_METRICS_HEADERS", `x-api-key=${keys.logs}`);
  vi.stubEnv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", `x-api-key=${keys.traces}`);
}
