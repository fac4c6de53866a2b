import type { FastifyReply, FastifyRequest } from "fastify";
import type { RouteDeps } from "#query-api/app-type.ts";
import { type Caller, callerOf } from "#query-api/caller.ts";
import { createReader, type Reader } from "#query-api/reader.ts";

/**
 * Runs a request's reads: in the caller's scope, in one of the key's slots, and cancelled on the server when the
 * client goes away.
 */
export async function readFor<Value>(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: RouteDeps,
  work: (reader: Reader, caller: Caller) => Promise<Value>,
): Promise<Value> {
  const caller = callerOf(request);
  const gone = new AbortController();
  const onClose = () => {
    if (!reply.raw.writableFinished) gone.abort();
  };
  reply.raw.once("close", onClose);
  try {
    return await deps.slots.run(caller.keyId, () =>
      work(createReader(deps, caller.scope, gone.signal), caller),
    );
  } finally {
    reply.raw.removeListener("close", onClose);
  }
}
