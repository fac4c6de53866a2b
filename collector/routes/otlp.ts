import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isConnectionTest } from "#collector/connection-test.ts";
import { dropMetrics } from "#collector/otlp/drop-metrics.ts";
import { type ExportSignal, exportResponse, type Outcome } from "#collector/otlp/export-response.ts";
import { otlpSenderOf } from "#collector/otlp/otlp-sender.ts";
import { rpcStatus } from "#collector/otlp/rpc-status.ts";
import { takeOtlp } from "#collector/otlp/take-otlp.ts";
import type { CollectorParts } from "#collector/parts.ts";
import { headersOfProblem, problemOf } from "#collector/problem.ts";
import { readBody } from "#collector/read-body.ts";
import { failure } from "#core/failure.ts";
import type { OtlpEncoding } from "#gateways/otlp/decode.ts";

const PATHS: Readonly<Record<ExportSignal, string>> = {
  logs: "/v1/logs",
  traces: "/v1/traces",
  metrics: "/v1/metrics",
};
const MEDIA_TYPES = { proto: "application/x-protobuf", json: "application/json" } as const;

/**
 * OTLP over HTTP (opentelemetry.io/docs/specs/otlp): `POST /v1/logs`, `/v1/traces`, `/v1/metrics`, protobuf or JSON.
 * Answers and errors are in the encoding of the request, as exporters expect them.
 */
export function otlpRoutes(app: FastifyInstance, parts: CollectorParts): void {
  for (const signal of ["logs", "traces", "metrics"] as const) {
    app.post(
      PATHS[signal],
      { config: { door: "otlp" }, errorHandler: answerWith(parts) },
      async (request, reply) => {
        const sender = await otlpSenderOf(request, parts);
        const encoding = requiredEncoding(request);
        const lease = parts.budget.lease();
        try {
          const bytes = await readBody(request.raw, request.headers, parts.config, lease);
          let outcome: Outcome & { readonly taken?: number };
          if (signal === "metrics") outcome = dropMetrics(bytes.length, sender, parts);
          else if (isConnectionTest(request.headers, bytes)) outcome = { rejected: 0, message: "" };
          else outcome = await takeOtlp({ bytes, signal, encoding }, sender, parts, lease);
          const { keyId, source } = sender;
          request.taken = { keyId, source: source.name, records: outcome.taken ?? 0 };
          return send(reply, 200, encoding, exportResponse(signal, encoding, outcome));
        } finally {
          lease.release();
        }
      },
    );
  }
}

/** Charset is meaningless for JSON and nobody sends another; everything else in a label is refused. */
function encodingOf(request: FastifyRequest): OtlpEncoding | null {
  const label = request.headers["content-type"] ?? "";
  if (/^application\/x-protobuf$/i.test(label.trim())) return "proto";
  return /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(label.trim()) ? "json" : null;
}

function requiredEncoding(request: FastifyRequest): OtlpEncoding {
  const encoding = encodingOf(request);
  if (encoding !== null) return encoding;
  throw failure("BODY_TYPE_UNSUPPORTED", { types: Object.values(MEDIA_TYPES).join(", ") });
}

function answerWith({ deps }: CollectorParts) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error, request.id);
    if (problem.status >= 500) deps.log.error({ err: error, requestId: request.id }, "request failed");
    reply.headers(headersOfProblem(problem));
    // A label that we do not know is answered in the encoding that people can read.
    const encoding = encodingOf(request) ?? "json";
    return send(reply, problem.status, encoding, rpcStatus(problem, encoding));
  };
}

function send(reply: FastifyReply, status: number, encoding: OtlpEncoding, body: Buffer) {
  return reply.status(status).type(MEDIA_TYPES[encoding]).send(body);
}
