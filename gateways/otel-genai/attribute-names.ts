/**
 * The attributes of one meaning, newest first: OpenTelemetry's conventions, older versions of them, OpenLLMetry
 * (`llm.usage.*`, `gen_ai.usage.cache_read_input_tokens`), OpenInference (`llm.token_count.*`), OpenRouter
 * (`gen_ai.usage.input_tokens.cached`), agentgateway, Pydantic AI and the Vercel AI SDK
 * (`ai.usage.*`).
 */
export const USAGE = {
  prompt: [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.usage.prompt_tokens",
    "llm.token_count.prompt",
  ],
  output: [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.usage.completion_tokens",
    "llm.token_count.completion",
  ],
  read: [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_tokens",
    "gen_ai.usage.cached_input_tokens",
    "gen_ai.usage.input_tokens.cached",
    "gen_ai.usage.prompt_tokens_details.cached_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "llm.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
    "ai.usage.cachedInputTokens",
    "ai.usage.inputTokenDetails.cacheReadTokens",
  ],
  write: [
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.input_tokens.cache_creation",
    "gen_ai.usage.input_tokens.cache_write",
    "gen_ai.usage.details.cache_write_tokens",
    "llm.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
  ],
  thinking: [
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "gen_ai.usage.completion_tokens_details.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "ai.usage.reasoningTokens",
    "ai.usage.outputTokenDetails.reasoningTokens",
  ],
  total: ["gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total"],
} as const;

export const COST = [
  "gen_ai.usage.cost",
  "gen_ai.usage.total_cost",
  "gen_ai.usage.cost_usd",
  "gen_ai.cost.total_cost",
  "agw.ai.usage.cost.total",
  "llm.cost.total",
] as const;

export const MODEL_RESPONSE = ["gen_ai.response.model", "llm.response.model", "llm.model_name"] as const;
export const MODEL_REQUESTED = [
  "gen_ai.request.model",
  "llm.request.model",
  "embedding.model_name",
  "reranker.model_name",
] as const;

export const PROVIDER = [
  "gen_ai.provider.name",
  "gen_ai.model.provider",
  "gen_ai.system",
  "llm.provider",
  "llm.system",
] as const;

export const SESSION = [
  "session.id",
  "gen_ai.conversation.id",
  "traceloop.association.properties.session_id",
] as const;
export const MESSAGE_ID = ["gen_ai.response.id", "llm.response.id"] as const;
export const REQUEST_ID = [
  "provider.request_id",
  "gen_ai.response.request_id",
  "http.response.header.request-id",
  "http.response.header.x-amzn-requestid",
  "request_id",
] as const;
export const END_USER = ["user.id", "enduser.id", "user.email"] as const;
export const STATUS = [
  "http.response.status_code",
  "http.status_code",
  "http.status",
  "gen_ai.response.status_code",
  "response_code",
  "status_code",
] as const;
export const HOST = ["server.address", "net.peer.name", "upstream.host"] as const;
export const STREAM = ["gen_ai.request.stream", "gen_ai.is_streaming", "llm.is_streaming"] as const;
export const TIER = [
  "openai.response.service_tier",
  "gen_ai.openai.response.service_tier",
  "gen_ai.response.service_tier",
] as const;
/** In seconds. */
export const FIRST_TOKEN = [
  "gen_ai.response.time_to_first_chunk",
  "gen_ai.server.time_to_first_token",
] as const;
/** Whether an attribute is of a language model at all, by the beginning of its name. */
export const ABOUT_MODELS = /^(?:(?:gen_ai|llm|openinference|mcp|agw)\.|traceloop\.span\.kind$)/;
