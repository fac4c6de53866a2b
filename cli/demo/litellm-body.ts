import { type DemoCall, NO_USAGE } from "#cli/demo/call.ts";

/** A call as LiteLLM's StandardLoggingPayload, as its generic_api callback posts it. */
export function litellmBody(call: DemoCall): string {
  const { team, model, end } = call;
  const failed = end === "error" || end === "aborted";
  const usage = failed ? NO_USAGE : call.usage;
  const prompt = usage.input + usage.read + usage.write5m + usage.write1h;
  const cost = failed || end === "cached" ? 0 : responseCost(call);
  const startTime = call.startMs / 1000;
  const endTime = (call.startMs + call.durationMs) / 1000;
  return JSON.stringify({
    id: failed ? call.callId : call.messageId,
    trace_id: call.sessionId,
    session_id: call.sessionId,
    litellm_call_id: call.callId,
    call_type: model.caches ? "anthropic_messages" : "acompletion",
    stream: true,
    response_cost: cost,
    cost_breakdown: failed ? null : { total_cost: cost, service_tier: null, data_residency: null },
    response_cost_failure_debug_info: null,
    status: failed ? "failure" : "success",
    status_fields: { llm_api_status: failed ? "failure" : "success", guardrail_status: "not_run" },
    custom_llm_provider: model.litellmProvider,
    total_tokens: prompt + usage.output,
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    startTime,
    endTime,
    completionStartTime: (call.startMs + Math.round(call.durationMs / 3)) / 1000,
    response_time: call.durationMs / 1000,
    model_map_information: { model_map_key: model.name, model_map_value: null },
    model: model.name,
    model_id: `deployment-${model.name.length}`,
    model_group: model.name,
    api_base: "https://llm.example.com/v1",
    metadata: metadataOf(call, failed ? null : usageObject(call, prompt)),
    cache_hit: end === "cached" ? true : null,
    cache_key: null,
    saved_cache_cost: 0,
    request_tags: [`User-Agent: claude-cli`, `team:${team.id}`],
    end_user: call.user,
    requester_ip_address: "192.0.2.17",
    user_agent: "claude-cli/2.1.240 (external, cli)",
    messages: call.hasContent ? pastedSecret(call) : null,
    response: null,
    error_str: failed ? "the provider said no" : null,
    error_information: errorOf(end),
    model_parameters: { max_tokens: 32_000, stream: true },
    hidden_params: {
      model_id: `deployment-${model.name.length}`,
      cache_key: null,
      litellm_overhead_time_ms: 4.25,
      additional_headers: { "llm_provider-request-id": `req_${call.callId.slice(0, 20)}` },
      litellm_model_name: model.name,
      usage_object: null,
    },
    guardrail_information: null,
    standard_built_in_tools_params: { web_search_options: null, file_search: null },
  });
}

function metadataOf(call: DemoCall, usage: object | null): object {
  const { team, user, sessionId, agentId } = call;
  return {
    user_api_key_hash: team.id
      .padEnd(8, "0")
      .repeat(8)
      .slice(0, 64)
      .replaceAll(/[^0-9a-f]/g, "d"),
    user_api_key_alias: `${team.id}-claude-code`,
    user_api_key_org_id: "acme",
    user_api_key_org_alias: "Acme",
    user_api_key_team_id: team.id,
    user_api_key_team_alias: team.alias,
    user_api_key_project_id: null,
    user_api_key_user_id: user,
    user_api_key_user_email: `${user}@example.com`,
    user_api_key_end_user_id: user,
    user_api_key_request_route: "/v1/messages",
    spend_logs_metadata: { ticket: "none" },
    requester_ip_address: "192.0.2.17",
    user_agent: "claude-cli/2.1.240 (external, cli)",
    requester_custom_headers: {
      "x-claude-code-session-id": sessionId,
      ...(agentId !== null && { "x-claude-code-agent-id": agentId }),
      "x-app": "cli",
    },
    usage_object: usage,
    applied_guardrails: [],
  };
}

/** LiteLLM's usage: prompt tokens include what was read from and written to the cache. */
function usageObject({ model, usage }: DemoCall, prompt: number): object {
  const written = usage.write5m + usage.write1h;
  const cached = { cached_tokens: usage.read };
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: model.caches
      ? {
          ...cached,
          cache_creation_tokens: written,
          cache_creation_token_details: {
            ephemeral_5m_input_tokens: usage.write5m,
            ephemeral_1h_input_tokens: usage.write1h,
          },
        }
      : cached,
    ...(model.caches && { cache_creation_input_tokens: written, cache_read_input_tokens: usage.read }),
  };
}

/** The gateway's own figure, a float as gateways have it. It is evidence beside ours, and near to it at best. */
function responseCost({ model, usage }: DemoCall): number {
  if (model.rates === null) return model.gatewayKnows ? (usage.input + usage.output) / 4_194_304 : 0;
  return Number(model.rates.input * BigInt(usage.input) + model.rates.output * BigInt(usage.output)) / 1e12;
}

function errorOf(end: DemoCall["end"]): object | null {
  if (end === "error") {
    return {
      error_code: "429",
      error_class: "RateLimitError",
      llm_provider: "anthropic",
      error_rate_limit_category: "vendor_rate_limit",
    };
  }
  if (end === "aborted") return { error_code: "499", error_class: "ClientDisconnect", llm_provider: "" };
  return null;
}

/** People paste keys into prompts. Neither the key nor the prompt may get past the collector. */
function pastedSecret(call: DemoCall): object[] {
  return [{ role: "user", content: `Why is sk-ant-api03-${"x".repeat(40)} refused? It is ${call.user}'s.` }];
}
