import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";

/** The response ids of the calls that are traced. */
export function responseIds(session: string): readonly string[] {
  return [1, 2].map((number) => `msg_${session.slice(0, 8)}-${number}`);
}

/** A service's trace: its own request, a query of its database, two calls of a model; and a call that failed. */
export async function traceGenAi(exporter: SpanExporter, session: string): Promise<void> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "ranker",
      "service.version": "4.2.0",
      "team.id": "search",
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("ranker.instrumentation", "1.0.0");
  const root = tracer.startSpan("GET /rank", { kind: SpanKind.SERVER });
  const within = trace.setSpan(context.active(), root);
  tracer.startSpan("SELECT items", { attributes: { "db.system": "postgresql" } }, within).end();
  const asked = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.conversation.id": session,
    "server.address": "api.anthropic.com",
    "server.port": 443,
  };
  for (const id of responseIds(session)) {
    const span = tracer.startSpan("chat claude-sonnet-4-5", { kind: SpanKind.CLIENT }, within);
    span.addEvent("gen_ai.first_chunk", { "gen_ai.chunk.index": 0 });
    span.setAttributes({
      ...asked,
      "gen_ai.response.model": "claude-sonnet-4-5-20250929",
      "gen_ai.response.id": id,
      "gen_ai.response.finish_reasons": ["end_turn"],
      "gen_ai.request.temperature": 0.25,
      "gen_ai.usage.input_tokens": 16012,
      "gen_ai.usage.output_tokens": 340,
      "gen_ai.usage.cache_read.input_tokens": 15200,
      "gen_ai.usage.cache_creation.input_tokens": 800,
    });
    span.end();
  }
  const failed = tracer.startSpan("chat claude-sonnet-4-5", { kind: SpanKind.CLIENT }, within);
  failed.setAttributes({ ...asked, "error.type": "overloaded_error" });
  failed.setStatus({ code: SpanStatusCode.ERROR, message: "planned by the test" });
  failed.end();
  root.end();
  await provider.forceFlush();
  await provider.shutdown();
}
