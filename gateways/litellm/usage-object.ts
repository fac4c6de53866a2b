import { z } from "zod";

const leaf = z.unknown().optional();

/**
 * LiteLLM's `usage_object`: OpenAI's shape with Anthropic's cache counts beside it. Some versions state a figure in
 * two or three places; they have to agree.
 */
export const UsageObject = z.object({
  prompt_tokens: leaf,
  completion_tokens: leaf,
  total_tokens: leaf,
  input_tokens: leaf,
  cache_read_input_tokens: leaf,
  cache_creation_input_tokens: leaf,
  cache_creation: z.object({ ephemeral_5m_input_tokens: leaf, ephemeral_1h_input_tokens: leaf }).nullish(),
  prompt_tokens_details: z
    .object({
      cached_tokens: leaf,
      cache_creation_tokens: leaf,
      cache_write_tokens: leaf,
      cache_creation_token_details: z
        .object({ ephemeral_5m_input_tokens: leaf, ephemeral_1h_input_tokens: leaf })
        .nullish(),
      web_search_requests: leaf,
    })
    .nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: leaf }).nullish(),
  server_tool_use: z.object({ web_search_requests: leaf }).nullish(),
  service_tier: leaf,
  speed: leaf,
  inference_geo: leaf,
});
export type UsageObject = z.infer<typeof UsageObject>;
