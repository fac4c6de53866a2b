import type { FastifyInstance } from "fastify";
import { binaryModeHeaders } from "#collector/cloudevents-headers.ts";
import { judge } from "#collector/judge.ts";
import type { CollectorParts } from "#collector/parts.ts";
import { confirm, recordsOf, senderOf } from "#collector/take.ts";

const CANONICAL = "canonical";

/**
 * `POST /v1/events`: canonical events, one, an array, a line each, or CloudEvents (structured, binary, batch). The
 * answer says of each what the ingester will make of it; also those it will reject are taken and kept.
 */
export function eventsRoute(app: FastifyInstance, parts: CollectorParts): void {
  app.post("/v1/events", { config: { door: CANONICAL } }, async (request, reply) => {
    const sender = await senderOf(request, CANONICAL, parts);
    const binary = binaryModeHeaders(request.headers, sender.mediaType);
    const headers = binary && { ...binary, "content-type": sender.mediaType };
    const lease = parts.budget.lease();
    try {
      const records = await recordsOf(request, sender, parts, lease, headers);
      const nowMs = parts.deps.clock().getTime();
      const results = records.map((record, index) =>
        judge(record, index, sender.source, sender.adapter, nowMs),
      );
      await confirm(records, sender, parts); // durable first: nothing is claimed before
      request.taken = { keyId: sender.keyId, source: sender.source.name, records: records.length };
      const rejected = results.filter((result) => result.status === "rejected").length;
      return reply.status(202).send({ accepted: results.length - rejected, rejected, results });
    } finally {
      lease.release();
    }
  });
}
