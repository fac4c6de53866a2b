import { SeverityNumber } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from "@opentelemetry/sdk-logs";

/** The request ids of the calls that are reported. */
export function requestIds(session: string): readonly string[] {
  return [1, 2, 3].map((number) => `req_${session.slice(0, 8)}-${number}`);
}

/** What Claude Code logs of three calls, one of them failed, and of a tool that its user allowed. */
export async function logLikeClaudeCode(exporter: LogRecordExporter, session: string): Promise<void> {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({
      "service.name": "claude-code",
      "service.version": "2.1.240",
      "team.id": "search",
    }),
    processors: [new BatchLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger("com.anthropic.claude_code.events", "2.1.240");
  let sequence = 0;
  const emit = (name: string, attributes: Record<string, string | number | boolean>) => {
    sequence += 1;
    logger.emit({
      body: `claude_code.${name}`,
      timestamp: Date.now(),
      severityNumber: SeverityNumber.INFO,
      attributes: {
        "event.name": name,
        "event.timestamp": new Date().toISOString(),
        "event.sequence": sequence,
        "session.id": session,
        "organization.id": "6f1d8a52-0c3e-4f7a-9b21-5c1e7a90d2b4",
        "user.email": "ada@grid.example",
        ...attributes,
      },
    });
  };
  const [first, second, third] = requestIds(session);
  const call = { model: "claude-sonnet-4-5-20250929", duration_ms: 2150, query_source: "repl_main_thread" };
  const usage = {
    input_tokens: 12,
    output_tokens: 340,
    cache_read_tokens: 15200,
    cache_creation_tokens: 800,
  };
  emit("api_request", { ...call, ...usage, cost_usd: 0.012696, request_id: first ?? "" });
  emit("api_request", {
    ...call,
    ...usage,
    output_tokens: 90,
    cost_usd: 0.008946,
    request_id: second ?? "",
  });
  emit("api_error", {
    ...call,
    error: "planned by the test",
    status_code: 529,
    attempt: 3,
    request_id: third ?? "",
  });
  emit("tool_decision", { tool_name: "Bash", decision: "accept", source: "user_temporary" });
  await provider.forceFlush();
  await provider.shutdown();
}
