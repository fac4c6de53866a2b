import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { answerMessage, answerProblem, refuseContentType } from "#collector/grpc/answer.ts";
import { readMessage } from "#collector/grpc/read-message.ts";
import type { Taken } from "#collector/observe.ts";
import { dropMetrics } from "#collector/otlp/drop-metrics.ts";
import { type ExportSignal, exportResponse, type Outcome } from "#collector/otlp/export-response.ts";
import { otlpSenderOf } from "#collector/otlp/otlp-sender.ts";
import { RPC } from "#collector/otlp/rpc-status.ts";
import { takeOtlp } from "#collector/otlp/take-otlp.ts";
import type { CollectorParts } from "#collector/parts.ts";
import { problemOf } from "#collector/problem.ts";
import { failure } from "#core/failure.ts";

const DOOR = "otlp-grpc";
const REQUEST_MS_MAX = 60_000;

/** The three methods of opentelemetry-proto, collector/{logs,trace,metrics}/v1/*_service.proto. */
const METHODS: ReadonlyMap<string, ExportSignal> = new Map([
  ["/opentelemetry.proto.collector.logs.v1.LogsService/Export", "logs"],
  ["/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces"],
  ["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "metrics"],
]);

const METHODS_TEXT = "OTLP's Export of logs, traces and metrics";

/** One call, answered and observed; never rejects. */
export async function answerCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  parts: CollectorParts,
): Promise<void> {
  const { deps, measures } = parts;
  const startedMs = performance.now();
  if (
    headers[":method"] !== "POST" ||
    !/^application\/grpc(?:\+proto)?$/.test(headers["content-type"] ?? "")
  ) {
    return refuseContentType(stream);
  }
  const requestId = deps.randomUuid();
  const signal = METHODS.get(headers[":path"] ?? "");
  let taken: Taken | null = null;
  let status: number = RPC.ok;
  try {
    if (signal === undefined) throw failure("METHOD_NOT_ALLOWED", { allowed: METHODS_TEXT });
    const done = await take(stream, headers, signal, requestId, parts);
    taken = done.taken;
    answerMessage(stream, exportResponse(signal, "proto", done.outcome));
  } catch (error) {
    const problem = problemOf(error, requestId);
    // A caller that went away is not a fault of ours.
    if (problem.status >= 500 && !stream.aborted) deps.log.error({ err: error, requestId }, "request failed");
    status = stream.aborted ? RPC.cancelled : answerProblem(stream, problem);
  }
  const ms = performance.now() - startedMs;
  measures.requests.inc({ door: DOOR, status: String(status) });
  measures.seconds.observe({ door: DOOR }, ms / 1000);
  measures.heldBytes.set(parts.budget.held());
  const line = { requestId, route: `gRPC ${signal ?? "none"}`, status, ms: Math.round(ms) };
  deps.log.info({ ...line, ...taken }, "answered");
}

/** The key is judged before anything of the message is read. */
async function take(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  signal: ExportSignal,
  id: string,
  parts: CollectorParts,
): Promise<{ readonly outcome: Outcome; readonly taken: Taken }> {
  const sender = await otlpSenderOf({ id, headers }, parts);
  const lease = parts.budget.lease();
  try {
    const bytes = await inTime(parts.config.requestMs ?? REQUEST_MS_MAX, () =>
      readMessage(stream, codingOf(headers), parts.config, lease),
    );
    const outcome =
      signal === "metrics"
        ? { ...dropMetrics(bytes.length, sender, parts), taken: 0 }
        : await takeOtlp({ bytes, signal, encoding: "proto" }, sender, parts, lease);
    const { keyId, source } = sender;
    return { outcome, taken: { keyId, source: source.name, records: outcome.taken } };
  } finally {
    lease.release();
  }
}

function codingOf(headers: IncomingHttpHeaders): string | undefined {
  const coding = headers["grpc-encoding"];
  return typeof coding === "string" ? coding : undefined;
}

/** @throws failure REQUEST_TOO_SLOW */
async function inTime<Value>(msMax: number, read: () => Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(failure("REQUEST_TOO_SLOW")), msMax);
  const reading = read();
  // Who loses the race fails later, when the stream is closed, and nobody waits for it any more.
  reading.catch(() => {});
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
    late.promise.catch(() => {});
  }
}
