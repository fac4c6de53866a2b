import type { Readable } from "node:stream";
import type { ByteLease } from "#collector/byte-budget.ts";
import { createInflater } from "#collector/inflate.ts";
import { failure } from "#core/failure.ts";

export interface BodyLimits {
  readonly bodyBytesMax: number;
  readonly inflatedBytesMax: number;
}

/**
 * A request's body, inflated, within both bounds and within the lease. The rest of a body that is refused is read
 * and thrown away (bounded by the server's request time), so that the sender gets the answer and not a reset.
 * @throws failure BODY_TOO_LARGE, BODY_INFLATES_TOO_LARGE, BODY_ENCODING_UNSUPPORTED, BODY_UNREADABLE, COLLECTOR_BUSY
 */
export async function readBody(
  body: Readable,
  headers: {
    readonly "content-encoding"?: string | undefined;
    readonly "content-length"?: string | undefined;
  },
  limits: BodyLimits,
  lease: ByteLease,
): Promise<Buffer> {
  try {
    return await read(body, headers, limits, lease);
  } catch (error) {
    body.resume();
    throw error;
  }
}

async function read(
  body: Readable,
  headers: Parameters<typeof readBody>[1],
  { bodyBytesMax, inflatedBytesMax }: BodyLimits,
  lease: ByteLease,
): Promise<Buffer> {
  const tooLarge = () => failure("BODY_TOO_LARGE", { bytesMax: bodyBytesMax });
  if (Number(headers["content-length"] ?? 0) > bodyBytesMax) throw tooLarge();
  const inflater = createInflater(headers["content-encoding"], inflatedBytesMax, (bytes) =>
    lease.take(bytes),
  );
  try {
    let received = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      received += (chunk as Buffer).length;
      if (received > bodyBytesMax) throw tooLarge();
      await inflater.write(chunk as Buffer);
    }
    return await inflater.end();
  } finally {
    inflater.destroy();
  }
}
