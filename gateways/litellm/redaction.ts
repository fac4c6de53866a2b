import type { RedactionRules } from "#core/adapter.ts";

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
    "model_parameters.metadata.user_id",
    "requester_ip_address",
    "requester_custom_headers.x-forwarded-for",
    "requester_custom_headers.x-real-ip",
    "requester_custom_headers.x-litellm-customer-id",
    "requester_custom_headers.x-litellm-end-user-id",
  ],
};
