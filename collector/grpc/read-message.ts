import type { Readable } from "node:stream";
import type { ByteLease } from "#collector/byte-budget.ts";
import { createInflater, type Inflater } from "#collector/inflate.ts";
import type { BodyLimits } from "#collector/read-body.ts";
import { failure } from "#core/failure.ts";

/** A flag (1: compressed) and the message's length, gRPC over HTTP/2, "Length-Prefixed-Message". */
const PREFIX_BYTES = 5;

/**
 * The one message of a unary call, inflated, within both bounds and within the lease; refused by its prefix where
 * that says enough.
 * @param coding `grpc-encoding`
 * @throws failure BODY_TOO_LARGE, BODY_INFLATES_TOO_LARGE, BODY_ENCODING_UNSUPPORTED, BODY_UNREADABLE, COLLECTOR_BUSY
 */
export async function readMessage(
  stream: Readable,
  coding: string | undefined,
  limits: BodyLimits,
  lease: ByteLease,
): Promise<Buffer> {
  let prefix = Buffer.alloc(0);
  let inflater: Inflater | null = null;
  let left = 0;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      let bytes = chunk as Buffer;
      if (inflater === null) {
        const missing = PREFIX_BYTES - prefix.length;
        prefix = Buffer.concat([prefix, bytes.subarray(0, missing)]);
        if (prefix.length < PREFIX_BYTES) continue;
        bytes = bytes.subarray(missing);
        left = prefix.readUInt32BE(1);
        inflater = inflaterFor(prefix, coding, limits, lease);
      }
      if (bytes.length > left) throw unreadable("it has more than one message");
      left -= bytes.length;
      if (bytes.length > 0) await inflater.write(bytes);
    }
    if (inflater === null || left > 0) throw unreadable("it ends inside a message");
    return await inflater.end();
  } finally {
    inflater?.destroy();
  }
}

function inflaterFor(
  prefix: Buffer,
  coding: string | undefined,
  { bodyBytesMax, inflatedBytesMax }: BodyLimits,
  lease: ByteLease,
): Inflater {
  const flag = prefix[0] ?? 0;
  if (flag > 1) throw unreadable("its message has an unknown flag");
  if (prefix.readUInt32BE(1) > bodyBytesMax) throw failure("BODY_TOO_LARGE", { bytesMax: bodyBytesMax });
  if (flag === 1 && (coding === undefined || coding === "identity")) {
    throw unreadable("its message is compressed and grpc-encoding does not say how");
  }
  return createInflater(flag === 1 ? coding : undefined, inflatedBytesMax, (bytes) => lease.take(bytes));
}

function unreadable(reason: string) {
  return failure("BODY_UNREADABLE", { reason });
}
