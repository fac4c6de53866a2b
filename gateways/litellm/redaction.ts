import type { RedactionRules } from "#core/adapter.ts";

/** LiteLLM's tables whose ids name no person; in any other table an id is taken for a person's. */
export const TABLES_WITHOUT_PEOPLE: readonly string[] = [
  "LiteLLM_TeamTable",
  "LiteLLM_VerificationToken",
  "LiteLLM_DeletedVerificationToken",
  "LiteLLM_ProxyModelTable",
  "LiteLLM_ModelTable",
  "LiteLLM_OrganizationTable",
  "LiteLLM_ProjectTable",
  "LiteLLM_BudgetTable",
  "LiteLLM_ManagedFileTable",
  "LiteLLM_MCPServerTable",
  "LiteLLM_ToolTable",
  "LiteLLM_CacheConfig",
  "LiteLLM_Config",
  "LiteLLM_ConfigOverrides",
  "LiteLLM_SSOConfig",
  "LiteLLM_UISettings",
];

/**
 * What must not be stored of a LiteLLM record. Error texts count as content: LiteLLM quotes the messages of a
 * request that a provider found invalid. `requester_metadata.user_id` keeps the session that Claude Code puts there.
 */
export const LITELLM_REDACTION: RedactionRules = {
  credential: [],
  content: [
    "messages",
    "response",
    "proxy_server_request",
    "error_str",
    "error_message",
    "traceback",
    "traceback_str",
    "guardrail_request",
    "guardrail_response",
    "prompt_variables",
    "vector_store_request_metadata",
    "mcp_tool_call_metadata.arguments",
    "mcp_tool_call_metadata.result",
    // Of `generic_api_use_v1`: Python's text of all parameters.
    "modelparameters",
    // Of audit records: which fields changed stays readable, what they held does not.
    "before_value.*",
    "updated_values.*",
    "model_parameters.system",
    "model_parameters.messages",
    "model_parameters.input",
    "model_parameters.instructions",
    "model_parameters.prompt",
    "model_parameters.prediction",
    "model_parameters.tools",
    "model_parameters.functions",
    "model_parameters.response_format",
    "model_parameters.extra_body",
  ],
  person: [
    "end_user",
    "user",
    "user_api_key_user_id",
    "user_api_key_user_email",
    "user_api_key_end_user_id",
    "requester_metadata.user_id",
    "metadata.user_id",
    "user_api_key_auth.user_id",
    "user_api_key_auth.user_email",
    "user_api_key_auth.end_user_id",
    "requester_ip_address",
    "x-forwarded-for",
    "x-real-ip",
    "x-litellm-customer-id",
    "x-litellm-end-user-id",
    "x-claude-gateway-user-id",
    "x-claude-gateway-user-email",
    "changed_by",
    "object_id",
    "object_alias",
  ],
  // `str` of no value, in `generic_api_use_v1` and in SpendLogs.
  absent: ["None"],
  personUnless: {
    members: ["object_id", "object_alias"],
    kindIn: "table_name",
    kinds: TABLES_WITHOUT_PEOPLE,
  },
};
