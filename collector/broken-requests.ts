import type { Socket } from "node:net";
import { type FailureCode, failure } from "#core/failure.ts";

/** Node's codes for what is no request, or did not arrive as one. */
const CODES: Readonly<Record<string, FailureCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "REQUEST_TOO_SLOW",
  HPE_HEADER_OVERFLOW: "HEADERS_TOO_LARGE",
};

/** The answer to bytes that never became a request: a problem document, then the connection is closed. */
export function answerBrokenRequests(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODES[error.code ?? ""] ?? "REQUEST_INVALID";
  const { status, message } = failure(code, { faults: "it is not HTTP/1.1" });
  const body = JSON.stringify({
    type: `urn:spendtrail:problem:${code.toLowerCase()}`,
    title: code.toLowerCase().replaceAll("_", " "),
    status,
    code,
    detail: message,
  });
  const head = `HTTP/1.1 ${status} ${code}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
}
