import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { kafkaFrames } from "#test/faults/kafka-frames.ts";

/** What is done to the traffic that passes; nothing where it is empty. */
export interface Weather {
  /** How long each piece is held back, each way. */
  readonly delayMs?: () => number;
  /** Bytes a second that pass, each way, on each connection. */
  readonly bytesPerSecond?: number;
  /** Whether the connection breaks (RST) with this piece. */
  readonly resets?: () => boolean;
  /** How long what a client sends is held back; it arrives even where the client has gone by then. */
  readonly holdsMs?: (request: Buffer) => number;
  /** Hears each piece that a client sends; true keeps it from the server. */
  readonly hears?: (request: Buffer) => boolean;
  /** Whether an answer is swallowed while the connection stays; it is told what was asked. */
  readonly swallows?: (request: Buffer) => boolean;
  /** Whether the connection breaks where the answer begins: what was asked is done, and nobody hears of it. */
  readonly cutsAnswer?: (request: Buffer) => boolean;
}

export interface FaultProxy {
  readonly port: number;
  set(weather: Weather): void;
  /** Breaks all connections and refuses new ones. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Connections broken and answers swallowed so far. */
  faults(): number;
  stop(): Promise<void>;
}

type Pieces = (socket: net.Socket) => AsyncIterable<Buffer>;
const chunks: Pieces = (socket) => socket;

/**
 * A TCP proxy that misbehaves on demand. With `protocol` "kafka" a piece is a frame, and an answer is matched with its
 * request; else a piece is what TCP hands over, and the request is the last piece before the answer.
 * @param target the server's port, asked for with each connection
 */
export async function startProxy(
  target: () => number,
  { port = 0, protocol = "any" }: { readonly port?: number; readonly protocol?: "any" | "kafka" } = {},
): Promise<FaultProxy> {
  const pieces = protocol === "kafka" ? kafkaFrames : chunks;
  const sockets = new Set<net.Socket>();
  let weather: Weather = {};
  let faults = 0;
  const join = (client: net.Socket) => {
    const server = net.connect({ host: "127.0.0.1", port: target() });
    const asked = new Map<number, Buffer>();
    let isHolding = false;
    const keyOf = (piece: Buffer, at: number) => (protocol === "kafka" ? piece.readInt32BE(at) : 0);
    const end = () => {
      client.destroy();
      if (!isHolding) server.destroy();
    };
    const reset = () => {
      faults += 1;
      client.resetAndDestroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket.setNoDelay(true));
      socket.on("error", end).on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    const pass = async (from: net.Socket, to: net.Socket, isKept: (piece: Buffer) => boolean) => {
      for await (const piece of pieces(from)) {
        const { delayMs, bytesPerSecond, resets } = weather;
        if (resets?.() === true) return reset();
        if (delayMs !== undefined) await pause(delayMs());
        if (bytesPerSecond !== undefined) await pause((piece.length / bytesPerSecond) * 1000);
        if (isKept(piece) || to.destroyed) continue;
        const holdMs = from === client ? (weather.holdsMs?.(asked.get(0) ?? piece) ?? 0) : 0;
        if (holdMs > 0) {
          isHolding = true;
          faults += 1;
          setTimeout(() => to.write(piece), holdMs);
          continue;
        }
        if (!to.write(piece)) await drained(to);
      }
    };
    // Of a request in several pieces the first one says what it is.
    let isAnswered = true;
    const request = (piece: Buffer) => {
      if (protocol === "kafka" || isAnswered) asked.set(keyOf(piece, 8), piece);
      isAnswered = false;
      return weather.hears?.(piece) === true;
    };
    const answer = (piece: Buffer) => {
      const about = asked.get(keyOf(piece, 4)) ?? Buffer.alloc(16);
      isAnswered = true;
      if (protocol === "kafka") asked.delete(keyOf(piece, 4));
      if (weather.cutsAnswer?.(about) === true) {
        reset();
        return true;
      }
      const isSwallowed = weather.swallows?.(about) === true;
      if (isSwallowed) faults += 1;
      return isSwallowed;
    };
    Promise.all([pass(client, server, request), pass(server, client, answer)]).then(end, end);
  };
  let listening = net.createServer(join);
  const listen = (at: number) =>
    new Promise<void>((done, failed) => listening.once("error", failed).listen(at, "127.0.0.1", done));
  const shut = async () => {
    if (!listening.listening) return;
    const closed = new Promise<void>((done) => listening.close(() => done()));
    faults += sockets.size / 2;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(port);
  const own = (listening.address() as net.AddressInfo).port;
  return {
    port: own,
    set: (next) => {
      weather = next;
    },
    down: shut,
    up: async () => {
      listening = net.createServer(join);
      await listen(own);
    },
    faults: () => Math.round(faults),
    stop: shut,
  };
}

/** Resolves when a socket takes more, or is gone. */
function drained(socket: net.Socket): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      socket.off("drain", end).off("close", end);
      done();
    };
    socket.on("drain", end).on("close", end);
  });
}
