import { connect } from "node:net";

const FIND_COORDINATOR = 10;

/**
 * Whether the broker answers for consumer groups: one FindCoordinator request (Kafka protocol guide, API key 10,
 * version 1). A port that listens is not enough: in its first second a new broker answers "coordinator not
 * available", which clients report as errors that nobody can act on. Asking also creates the offsets topic.
 */
export function answersForGroups(port: number, boundMs = 2_000): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port, timeout: boundMs });
  let received = Buffer.alloc(0);
  const end = (answer: boolean) => {
    socket.destroy();
    resolve(answer);
  };
  socket.once("connect", () => socket.write(findCoordinatorRequest("ready")));
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    // length 4, correlation id 4, throttle time 4, error code 2
    if (received.length >= 14) end(received.readInt16BE(12) === 0);
  });
  socket.once("error", () => end(false));
  socket.once("timeout", () => end(false));
  socket.once("close", () => end(false));
  return promise;
}

function findCoordinatorRequest(group: string): Buffer {
  const clientId = Buffer.from("embedded");
  const key = Buffer.from(group);
  const frame = Buffer.alloc(4 + 2 + 2 + 4 + 2 + clientId.length + 2 + key.length + 1);
  let at = frame.writeInt32BE(frame.length - 4, 0);
  at = frame.writeInt16BE(FIND_COORDINATOR, at);
  at = frame.writeInt16BE(1, at);
  at = frame.writeInt32BE(1, at);
  at = frame.writeInt16BE(clientId.length, at);
  at += clientId.copy(frame, at);
  at = frame.writeInt16BE(key.length, at);
  at += key.copy(frame, at);
  frame.writeInt8(0, at); // key type 0: a group
  return frame;
}
