import { constants, type ServerHttp2Stream } from "node:http2";
import { RPC, rpcCode, rpcStatusWithRetry } from "#collector/otlp/rpc-status.ts";
import { type Problem, RETRY_AFTER_S } from "#collector/problem.ts";

const HEADERS = {
  ":status": 200,
  "content-type": "application/grpc",
  "grpc-accept-encoding": "identity,gzip,zstd",
} as const;

/** One message and the trailers that say it is all of it. */
export function answerMessage(stream: ServerHttp2Stream, message: Buffer): void {
  if (!canAnswer(stream)) return;
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(RPC.ok) }));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
}

/**
 * A failure: headers alone ("Trailers-Only"). Then the stream is closed, so that a caller in the middle of a body that
 * is not wanted stops sending it; NO_ERROR lets the status stand (RFC 9113 section 8.1).
 */
export function answerProblem(stream: ServerHttp2Stream, problem: Problem): number {
  const code = rpcCode(problem.status);
  if (!canAnswer(stream)) return code;
  const details =
    code === RPC.unavailable
      ? {
          "grpc-status-details-bin": rpcStatusWithRetry(code, problem.detail, RETRY_AFTER_S).toString(
            "base64",
          ),
        }
      : {};
  const headers = {
    ...HEADERS,
    "grpc-status": String(code),
    "grpc-message": percentEncoded(problem.detail),
    ...details,
  };
  stream.respond(headers, { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
  return code;
}

/** What is no gRPC at all gets an HTTP status, gRPC over HTTP/2, "Requests". */
export function refuseContentType(stream: ServerHttp2Stream): void {
  if (!canAnswer(stream)) return;
  stream.respond({ ":status": 415 }, { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

function canAnswer(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && !stream.headersSent;
}

/** gRPC over HTTP/2, "Status-Message": everything but printable ASCII, and the percent sign, by its UTF-8 bytes. */
function percentEncoded(message: string): string {
  return message.replace(/[^ -$&-~]+/gu, (run) =>
    [...Buffer.from(run)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}
