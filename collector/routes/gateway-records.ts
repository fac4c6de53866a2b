import type { FastifyInstance } from "fastify";
import type { CollectorParts } from "#collector/parts.ts";
import { confirm, recordsOf, senderOf } from "#collector/take.ts";

/**
 * `POST /v1/gateways/{gateway}`: a gateway's own records, one, an array, or a line each. Gateways drop a whole batch
 * when any of it is refused, so nothing is refused here but a sender without a key and a body that cannot be split:
 * an element that makes no sense is passed on, and the ingester keeps it as a reject.
 */
export function gatewayRecordsRoute(app: FastifyInstance, parts: CollectorParts): void {
  app.post<{ Params: { gateway: string } }>("/v1/gateways/:gateway", async (request, reply) => {
    const sender = await senderOf(request, request.params.gateway, parts);
    const lease = parts.budget.lease();
    try {
      const records = await recordsOf(request, sender, parts, lease);
      await confirm(records, sender, parts); // durable first: nothing is claimed before
      request.taken = { keyId: sender.keyId, source: sender.source.name, records: records.length };
      return reply.status(202).send({ taken: records.length });
    } finally {
      lease.release();
    }
  });
}
