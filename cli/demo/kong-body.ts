import { type DemoCall, NO_USAGE } from "#cli/demo/call.ts";

/** A call as Kong's kafka-log plugin writes it, of a version that counts cached tokens inside prompt_tokens. */
export function kongBody(call: DemoCall): string {
  const { team, model, end } = call;
  const failed = end === "error";
  const usage = failed ? NO_USAGE : call.usage;
  const prompt = usage.input + usage.read;
  const status = failed ? 529 : 200;
  return JSON.stringify({
    request: {
      id: call.callId.replaceAll("-", "").slice(0, 32),
      method: "POST",
      uri: model.caches ? "/v1/messages?beta=true" : "/v1/chat/completions",
      url: "https://gateway.example.com:8443/v1/messages?beta=true",
      size: 40_000 + prompt,
      querystring: { beta: "true" },
      headers: {
        host: "gateway.example.com",
        "user-agent": "claude-cli/2.1.240 (external, cli)",
        authorization: "REDACTED",
        // Kong logs this one in clear.
        "x-api-key": `sk-ant-api03-${"k".repeat(40)}`,
        "x-claude-code-session-id": call.sessionId,
        ...(call.agentId !== null && { "x-claude-code-agent-id": call.agentId }),
      },
    },
    response: {
      status,
      size: 2_000 + usage.output * 4,
      headers: {
        "content-type": "text/event-stream",
        via: "1.1 kong/3.15.0.4-enterprise-edition",
        "request-id": `req_${call.messageId}`,
      },
    },
    latencies: { kong: 3, proxy: call.durationMs - 5, request: call.durationMs, receive: 2 },
    tries: [{ balancer_start: call.startMs, balancer_latency: 0, ip: "198.51.100.7", port: 443 }],
    service: { id: "5e7f1c0e-0000-4000-8000-000000000001", name: "llm" },
    route: { id: "5e7f1c0e-0000-4000-8000-000000000002", name: "llm-messages" },
    consumer: {
      id: `consumer-${call.user}`,
      username: `${call.user}@example.com`,
      custom_id: null,
      tags: [`team:${team.id}`],
    },
    authenticated_entity: { id: `credential-${call.user}` },
    workspace: "5e7f1c0e-0000-4000-8000-000000000003",
    workspace_name: "default",
    client_ip: "192.0.2.18",
    started_at: call.startMs,
    source: "upstream",
    upstream_status: String(status),
    upstream_uri: "/v1/messages",
    ai: {
      proxy: {
        ...(!failed && { usage: kongUsage(call, prompt) }),
        meta: {
          request_model: model.name,
          ...(!failed && { response_model: model.name }),
          provider_name: model.kongProvider,
          plugin_id: "5e7f1c0e-0000-4000-8000-000000000004",
          llm_latency: call.durationMs,
          request_mode: "oneshot",
        },
      },
    },
  });
}

function kongUsage({ usage }: DemoCall, prompt: number): object {
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.read, cache_creation_tokens: 0 },
    completion_tokens_details: {},
    cost: 0,
    time_per_token: 9.25,
  };
}
