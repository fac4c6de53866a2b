import { connect, type IncomingHttpHeaders } from "node:http2";
import { onTestFinished } from "vitest";

export interface GrpcAnswer {
  readonly httpStatus: number;
  readonly status: string | undefined;
  readonly message: string;
  readonly details: Buffer;
  readonly body: Buffer;
}

export const PATHS = {
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
} as const;

/** A message as gRPC frames it. */
export function framed(message: Buffer, { compressed = false, length = message.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = compressed ? 1 : 0;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** Calls over one connection by Node's bare HTTP/2, so that every byte is the test's own. */
export function grpcClient(url: string) {
  const session = connect(url);
  session.on("error", () => {}); // a door that closes is what some tests are about
  onTestFinished(() => session.destroy());
  const call = (path: string, chunks: readonly Buffer[], headers: Record<string, string> = {}) =>
    new Promise<GrpcAnswer>((resolve, reject) => {
      const stream = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      let head: IncomingHttpHeaders = {};
      let trailers: IncomingHttpHeaders = {};
      const body: Buffer[] = [];
      stream.on("response", (given) => {
        head = given;
      });
      stream.on("trailers", (given) => {
        trailers = given;
      });
      stream.on("data", (chunk: Buffer) => body.push(chunk));
      stream.on("error", reject);
      stream.on("close", () => resolve(answerOf({ ...head, ...trailers }, Buffer.concat(body))));
      for (const chunk of chunks) stream.write(chunk);
      stream.end();
    });
  return { call, session };
}

function answerOf(headers: IncomingHttpHeaders, body: Buffer): GrpcAnswer {
  return {
    httpStatus: Number(headers[":status"]),
    status: headers["grpc-status"] as string | undefined,
    message: decodeURIComponent(String(headers["grpc-message"] ?? "")),
    details: Buffer.from(String(headers["grpc-status-details-bin"] ?? ""), "base64"),
    body: body.subarray(5),
  };
}
