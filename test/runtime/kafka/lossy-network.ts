import net from "node:net";
import { onTestFinished, vi } from "vitest";

const PRODUCE = 0;

export interface LossyNetwork {
  /** Answers to produce requests that are still to be lost: the broker gets and does what was asked. */
  loseAnswers(count: number): void;
  lost(): number;
}

/**
 * Every connection that this process opens to the broker goes through a relay that can lose the broker's answers to
 * produce requests: the request arrives and is carried out, then the connection breaks.
 */
export async function makeLossyNetwork(broker: string): Promise<LossyNetwork> {
  const port = Number(broker.split(":")[1]);
  const state = { toLose: 0, lost: 0 };
  const connect = net.connect.bind(net) as typeof net.connect;
  const relay = net.createServer((client) =>
    joinThrough(client, connect({ host: "127.0.0.1", port }), state),
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
  return {
    loseAnswers: (count) => {
      state.toLose = count;
    },
    lost: () => state.lost,
  };
}

function joinThrough(client: net.Socket, broker: net.Socket, state: { toLose: number; lost: number }): void {
  const produces = new Set<number>();
  const end = () => {
    client.destroy();
    broker.destroy();
  };
  for (const socket of [client, broker]) socket.on("error", end).on("close", end);
  onFrames(client, (frame) => {
    // length 4, api key 2, api version 2, correlation id 4
    if (frame.readInt16BE(4) === PRODUCE) produces.add(frame.readInt32BE(8));
    broker.write(frame);
  });
  onFrames(broker, (frame) => {
    if (produces.delete(frame.readInt32BE(4)) && state.toLose > 0) {
      state.toLose--;
      state.lost++;
      end();
    } else client.write(frame);
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
