import { z } from "zod";
import { fitting } from "#gateways/shaped.ts";

const leaf = z.unknown().optional();

function details<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => (Array.isArray(value) ? undefined : value), z.object(shape).nullish());
}

/**
 * `ai.proxy.usage`. Kong documents no name for tokens written to a cache (it logs them since 3.14.0.13 and
 * 3.15.0.4); OpenAI's, LiteLLM's and Anthropic's names are read.
 */
export const UsageBlock = z.object({
  prompt_tokens: leaf,
  completion_tokens: leaf,
  // Up to 3.7.
  prompt_token: leaf,
  completion_token: leaf,
  // OpenAI's Responses API and modalities other than text.
  input_tokens: leaf,
  output_tokens: leaf,
  input_tokens_details: details({ cached_tokens: leaf, audio_tokens: leaf }),
  output_tokens_details: details({ reasoning_tokens: leaf, audio_tokens: leaf }),
  total_tokens: leaf,
  cost: leaf,
  time_to_first_token: leaf,
  prompt_tokens_details: details({
    cached_tokens: leaf,
    cache_creation_tokens: leaf,
    cache_write_tokens: leaf,
    audio_tokens: leaf,
  }),
  completion_tokens_details: details({ reasoning_tokens: leaf, audio_tokens: leaf }),
  cache_read_input_tokens: leaf,
  cache_creation_input_tokens: leaf,
  cache_creation: details({ ephemeral_5m_input_tokens: leaf, ephemeral_1h_input_tokens: leaf }),
  service_tier: leaf,
  speed: leaf,
  inference_geo: leaf,
});
export type UsageBlock = z.infer<typeof UsageBlock>;

/**
 * The counts; null where there are none. Up to 3.9 a transformed answer may have a sentence in their place, which
 * says the same. Any other shape is `unreadable`.
 */
export function readUsageBlock(usage: unknown): UsageBlock | null | "unreadable" {
  if (usage === undefined || usage === null || typeof usage === "string") return null;
  if (Array.isArray(usage) && usage.length === 0) return null;
  return fitting(UsageBlock, usage) ?? "unreadable";
}
