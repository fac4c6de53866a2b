import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { answerCall } from "#collector/grpc/call.ts";
import type { CollectorParts } from "#collector/parts.ts";

const CONNECTIONS_MAX = 2_000;
/** Of one connection at once; an exporter has one or two under way. */
const STREAMS_MAX = 64;
/** What may be under way unread: 64 KiB, HTTP/2's own, would wait for every answer on a long line. */
const STREAM_WINDOW_BYTES = 512 * 1024;
const SESSION_WINDOW_BYTES = 1024 * 1024;
const HEADERS_BYTES_MAX = 16 * 1024;
/** An exporter sends every few seconds, or every minute; a connection that is silent for longer is let go in order. */
const IDLE_MS = 300_000;
/** What is under way when closing begins has this long to end. */
const CLOSE_MS = 20_000;

export interface GrpcDoor {
  /** `http://host:port`, as `OTEL_EXPORTER_OTLP_ENDPOINT` takes it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * OTLP over gRPC: three unary methods on Node's own HTTP/2 (docs/decisions has why no gRPC library). Cleartext: TLS ends
 * in front of it, as with the other doors; `createSecureServer` would be the one change here.
 */
export async function startGrpc(
  parts: CollectorParts,
  address: { readonly host: string; readonly port: number },
): Promise<GrpcDoor> {
  const server = createServer({
    settings: {
      enablePush: false,
      maxConcurrentStreams: STREAMS_MAX,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: HEADERS_BYTES_MAX,
    },
  });
  server.maxConnections = CONNECTIONS_MAX;
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    session.setTimeout(IDLE_MS, () => session.close());
    session.on("error", () => {}); // the peer went away or broke the protocol: the session is over, nothing else
    session.once("close", () => sessions.delete(session));
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {}); // reset by the caller; whoever reads it hears of it too
    void answerCall(stream, headers, parts);
  });
  server.listen(address.port, address.host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const url = `http://${host}:${port}`;
  parts.deps.log.info({ url }, "OTLP over gRPC listens");
  return { url, close: () => closeGrpc(server, sessions) };
}

/** Each session is told to go (GOAWAY) and ends when its calls are answered. */
async function closeGrpc(server: Http2Server, sessions: ReadonlySet<ServerHttp2Session>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const session of sessions) session.close();
  const timer = setTimeout(() => {
    for (const session of sessions) session.destroy();
  }, CLOSE_MS);
  await closed;
  clearTimeout(timer);
}
