import { z } from "zod";

const leaf = z.unknown().optional();

/**
 * What is read of an agentgateway access log line in JSON: flat members whose names hold dots
 * (crates/agentgateway/src/telemetry/log.rs), and those that examples/gateways/agentgateway/config.yaml adds by CEL.
 * Other members are ignored.
 */
export const AgentgatewayRecord = z.object({
  scope: leaf,
  time: leaf,
  duration: leaf,
  endpoint: leaf,
  protocol: leaf,
  error: leaf,
  reason: leaf,
  "http.method": leaf,
  "http.path": leaf,
  "http.status": leaf,
  "trace.id": leaf,
  "span.id": leaf,
  "jwt.sub": leaf,
  "retry.attempt": leaf,
  "mcp.method.name": leaf,
  "mcp.session.id": leaf,
  "a2a.method": leaf,
  "gen_ai.operation.name": leaf,
  "gen_ai.provider.name": leaf,
  "gen_ai.request.model": leaf,
  "gen_ai.response.model": leaf,
  "gen_ai.usage.input_tokens": leaf,
  "gen_ai.usage.cache_creation.input_tokens": leaf,
  "gen_ai.usage.cache_read.input_tokens": leaf,
  "gen_ai.usage.output_tokens": leaf,
  "gen_ai.usage.reasoning_tokens": leaf,
  "agw.ai.time_to_first_token": leaf,
  "agw.ai.usage.cost.total": leaf,
  // Added by CEL; the names are those of our configuration, and of agentgateway's own log store.
  "request.start_time": leaf,
  "request.id": leaf,
  "session.id": leaf,
  "agent.id": leaf,
  "agent.parent_id": leaf,
  "agentgateway.user": leaf,
  "agentgateway.group": leaf,
  "agw.api_key.name": leaf,
  "user_agent.original": leaf,
  "provider.request_id": leaf,
  "gen_ai.request.stream": leaf,
  "gen_ai.response.service_tier": leaf,
  "team.claimed": leaf,
});
export type AgentgatewayRecord = z.infer<typeof AgentgatewayRecord>;
