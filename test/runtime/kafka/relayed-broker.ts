import net from "node:net";
import { onTestFinished, vi } from "vitest";

/**
 * What becomes of the broker's answer to a request of this API key: passed on as it is or changed, or, with null, lost:
 * the broker has done what was asked and the connection breaks. "swallowed": it never comes, and the connection stays.
 */
export type Answered = (apiKey: number, answer: Buffer) => Buffer | "swallowed" | null;

/** Puts a relay between this process and the broker for the rest of the test; every connection goes through it. */
export async function relayBroker(broker: string, answered: Answered): Promise<void> {
  const port = Number(broker.split(":")[1]);
  const connect = net.connect.bind(net) as typeof net.connect;
  const relay = net.createServer((client) =>
    joinThrough(client, connect({ host: "127.0.0.1", port }), answered),
  );
  await new Promise<void>((listening) => relay.listen(0, "127.0.0.1", listening));
  const address = relay.address();
  if (address === null || typeof address === "string") throw new Error("the relay has a port");
  const spy = vi
    .spyOn(net, "connect")
    .mockImplementation(((options: net.TcpNetConnectOpts, done?: () => void) =>
      connect(options.port === port ? { ...options, port: address.port } : options, done)) as never);
  onTestFinished(() => {
    spy.mockRestore();
    relay.close();
  });
}

function joinThrough(client: net.Socket, broker: net.Socket, answered: Answered): void {
  const asked = new Map<number, number>();
  const end = () => {
    client.destroy();
    broker.destroy();
  };
  for (const socket of [client, broker]) socket.on("error", end).on("close", end);
  onFrames(client, (frame) => {
    // length 4, api key 2, api version 2, correlation id 4
    asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
    broker.write(frame);
  });
  onFrames(broker, (frame) => {
    const correlationId = frame.readInt32BE(4);
    const answer = answered(asked.get(correlationId) ?? -1, frame);
    asked.delete(correlationId);
    if (answer === null) end();
    else if (answer !== "swallowed") client.write(answer);
  });
}

/** Kafka's frames: four bytes of length, then so many bytes. */
function onFrames(socket: net.Socket, take: (frame: Buffer) => void): void {
  let held = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= held.readInt32BE(0) + 4) {
      const frame = held.subarray(0, held.readInt32BE(0) + 4);
      held = held.subarray(frame.length);
      take(frame);
    }
  });
}
