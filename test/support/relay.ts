import net from "node:net";

export interface Relay {
  readonly port: number;
  /** Breaks every connection and refuses new ones, as a server that is down does. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** A port of its own in front of a real server, so that one test's server can be away while others use it. */
export async function startRelay(targetPort: number): Promise<Relay> {
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  };
  const make = () =>
    net.createServer((client) => {
      const server = net.connect({ host: "127.0.0.1", port: targetPort });
      keep(client);
      keep(server);
      client.on("close", () => server.destroy());
      server.on("close", () => client.destroy());
      client.pipe(server).pipe(client);
    });
  const listen = (server: net.Server, port: number) =>
    new Promise<void>((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", done));
  const shut = async (server: net.Server) => {
    if (!server.listening) return;
    const closed = new Promise<void>((done) => server.close(() => done()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let relay = make();
  await listen(relay, 0);
  const { port } = relay.address() as net.AddressInfo;
  return {
    port,
    down: () => shut(relay),
    up: async () => {
      relay = make();
      await listen(relay, port);
    },
    close: () => shut(relay),
  };
}
