import { z } from "zod";

const leaf = z.unknown().optional();
const tree = z.record(z.string(), z.unknown());

/**
 * LiteLLM's `StandardLoggingPayload`, as far as it is read: exactly these members, everything else is ignored.
 * Here only objects are told from other values; each leaf is judged where it is used, which gives the reject its
 * reason. Names as in litellm/types/utils.py.
 */
export const LiteLlmPayload = z.object({
  id: leaf,
  litellm_call_id: leaf,
  session_id: leaf,
  trace_id: leaf,
  call_type: leaf,
  stream: leaf,
  status: z.enum(["success", "failure"]),
  status_fields: z.object({ guardrail_status: leaf }).nullish(),
  custom_llm_provider: leaf,
  response_cost: leaf,
  cost_breakdown: z.object({ service_tier: leaf, data_residency: leaf, vertex_location: leaf }).nullish(),
  prompt_tokens: leaf,
  completion_tokens: leaf,
  total_tokens: leaf,
  startTime: leaf,
  endTime: leaf,
  completionStartTime: leaf,
  model: leaf,
  model_id: leaf,
  model_group: leaf,
  api_base: leaf,
  cache_hit: leaf,
  request_tags: leaf,
  end_user: leaf,
  user_agent: leaf,
  internal_call_origin: leaf,
  agent_id: leaf,
  error_information: z
    .object({
      error_code: leaf,
      error_class: leaf,
      error_provider_request_id: leaf,
      error_rate_limit_category: leaf,
      error_rate_limit_type: leaf,
      error_budget_entity_type: leaf,
    })
    .nullish(),
  model_parameters: z.object({ aws_region_name: leaf }).nullish().catch(null),
  hidden_params: z
    .object({
      litellm_overhead_time_ms: leaf,
      additional_headers: tree.nullish().catch(null),
      usage_object: leaf,
    })
    .nullish(),
  metadata: z
    .object({
      user_api_key_hash: leaf,
      user_api_key_alias: leaf,
      user_api_key_org_id: leaf,
      user_api_key_team_id: leaf,
      user_api_key_team_alias: leaf,
      user_api_key_project_id: leaf,
      user_api_key_user_id: leaf,
      user_api_key_end_user_id: leaf,
      user_api_key_request_route: leaf,
      user_agent: leaf,
      requester_metadata: tree.nullish().catch(null),
      requester_custom_headers: tree.nullish().catch(null),
      usage_object: leaf,
      attempted_retries: leaf,
      original_model_group: leaf,
      internal_call_origin: leaf,
    })
    .nullish(),
});
export type LiteLlmPayload = z.infer<typeof LiteLlmPayload>;
