import type { Socket } from "node:net";

/** API keys of Kafka's requests (https://kafka.apache.org/protocol#protocol_api_keys). */
export const FETCH = 1;

/** The API key of a request's frame: four bytes of length, then the key. */
export function apiKeyOf(request: Buffer): number {
  return request.readInt16BE(4);
}

/** What passes a connection, frame by frame: four bytes of length, then so many bytes. */
export async function* kafkaFrames(socket: Socket): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  /** Bytes that are needed before anything can be said: the length, then the frame. */
  let needed = 4;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held.push(chunk);
    bytes += chunk.length;
    while (bytes >= needed) {
      let all = Buffer.concat(held, bytes);
      needed = all.readInt32BE(0) + 4;
      if (bytes >= needed) {
        yield all.subarray(0, needed);
        all = all.subarray(needed);
        bytes = all.length;
        needed = 4;
      }
      held = [all];
    }
  }
}
