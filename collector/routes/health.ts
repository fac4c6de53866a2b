import type { FastifyInstance } from "fastify";
import type { CollectorParts } from "#collector/parts.ts";

/** `/health/live`, `/health/ready` and `/metrics`: without a key, and without versions, hosts or names. */
export function healthRoutes(app: FastifyInstance, { deps }: CollectorParts): void {
  app.get("/health/live", async () => ({ status: "live" }));
  app.get("/health/ready", async (_request, reply) => {
    const kafka = await deps.kafkaAnswers();
    const settings = settingsAreThere(() => deps.settings.state());
    const spool = deps.sender.takesWithoutKafka();
    const ready = (kafka || spool) && settings;
    if (!ready) reply.status(503).header("retry-after", "1");
    return { status: ready ? "ready" : "not ready", kafka, spool, settings };
  });
  app.get("/metrics", async (_request, reply) => {
    const { contentType, text } = await deps.metrics.render();
    return reply.type(contentType).send(text);
  });
}

function settingsAreThere(settings: () => unknown): boolean {
  try {
    settings();
    return true;
  } catch {
    return false;
  }
}
