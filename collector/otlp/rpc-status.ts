import { bytesField, varintField } from "#collector/otlp/wire-writer.ts";
import type { Problem } from "#collector/problem.ts";
import type { OtlpEncoding } from "#gateways/otlp/decode.ts";

/** google.rpc.Code, and gRPC's status codes, which are the same. */
export const RPC = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * OTLP's clients try again on `unavailable` alone, and on `resourceExhausted` only where a RetryInfo comes with it
 * (opentelemetry.io/docs/specs/otlp, "Failures"); so a body that is too large is not sent for ever.
 */
const CODE_OF_STATUS: Readonly<Record<number, number>> = {
  400: RPC.invalidArgument,
  401: RPC.unauthenticated,
  403: RPC.permissionDenied,
  404: RPC.notFound,
  405: RPC.unimplemented,
  408: RPC.deadlineExceeded,
  413: RPC.resourceExhausted,
  415: RPC.unimplemented,
  429: RPC.unavailable,
  503: RPC.unavailable,
};

export function rpcCode(httpStatus: number): number {
  return CODE_OF_STATUS[httpStatus] ?? RPC.internal;
}

/** A `google.rpc.Status`, as OTLP's errors are. */
export function rpcStatus(problem: Problem, encoding: OtlpEncoding): Buffer {
  const code = rpcCode(problem.status);
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message: problem.detail }));
  return statusBytes(code, problem.detail);
}

/** The same with a `google.rpc.RetryInfo`: what gRPC's OTLP clients read instead of `Retry-After`. */
export function rpcStatusWithRetry(code: number, message: string, retryS: number): Buffer {
  const retryInfo = bytesField(1, varintField(1, retryS));
  const any = Buffer.concat([
    bytesField(1, "type.googleapis.com/google.rpc.RetryInfo"),
    bytesField(2, retryInfo),
  ]);
  return Buffer.concat([statusBytes(code, message), bytesField(3, any)]);
}

function statusBytes(code: number, message: string): Buffer {
  return Buffer.concat([varintField(1, code), bytesField(2, message)]);
}
