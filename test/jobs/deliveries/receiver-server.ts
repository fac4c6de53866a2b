import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into a message as its receiver would
  readonly json: any;
  readonly atMs: number;
}

export interface ReceiverServer {
  readonly port: number;
  readonly url: string;
  /** As the operator's list names it. */
  readonly allow: string;
  readonly heard: Heard[];
  /** What the next requests are answered; then 204. `hang`: not at all. */
  readonly answers: (number | "hang" | { status: number; headers: Record<string, string> })[];
  /** Resolves when so much was heard. */
  until(count: number): Promise<readonly Heard[]>;
  close(): Promise<void>;
}

/** Somebody's server that is told of alerts; with a key and certificate by https. */
export async function startReceiver(
  tls?: { readonly pfx: Buffer; readonly passphrase: string },
  port = 0,
): Promise<ReceiverServer> {
  const heard: Heard[] = [];
  const answers: ReceiverServer["answers"] = [];
  const waiting = new Set<() => void>();
  const handle: RequestListener = async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { url: path = "", headers } = request;
    heard.push({ path, headers, body, json: JSON.parse(body), atMs: Date.now() });
    for (const look of waiting) look();
    const answer = answers.shift() ?? 204;
    if (answer === "hang") return;
    const { status, headers: more } = typeof answer === "number" ? { status: answer, headers: {} } : answer;
    response.writeHead(status, more).end();
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${bound}/hooks/a-secret-path`,
    allow: `127.0.0.1:${bound}`,
    heard,
    answers,
    until: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (heard.length < count) return;
          waiting.delete(look);
          resolve(heard);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
