import type { Operation } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";

interface CallKind {
  readonly operation: Operation;
  readonly api_format: string | null;
}

/** LiteLLM's `CallTypes` without the `a` of the asynchronous ones. */
const KINDS: ReadonlyMap<string, CallKind> = new Map<string, CallKind>([
  ["anthropic_messages", { operation: "generate", api_format: "anthropic_messages" }],
  ["completion", { operation: "generate", api_format: "openai_chat" }],
  ["text_completion", { operation: "generate", api_format: "openai_completions" }],
  ["responses", { operation: "generate", api_format: "openai_responses" }],
  ["generate_content", { operation: "generate", api_format: "google_generate_content" }],
  ["generate_content_stream", { operation: "generate", api_format: "google_generate_content" }],
  ["pass_through_endpoint", { operation: "generate", api_format: "pass_through" }],
  ["llm_passthrough_route", { operation: "generate", api_format: "pass_through" }],
  ["realtime", { operation: "generate", api_format: "openai_realtime" }],
  ["embedding", { operation: "embed", api_format: "openai_embeddings" }],
  ["rerank", { operation: "rerank", api_format: "rerank" }],
  ["image_generation", { operation: "image", api_format: "openai_images" }],
  ["image_edit", { operation: "image", api_format: "openai_images" }],
  ["transcription", { operation: "audio", api_format: "openai_audio" }],
  ["speech", { operation: "audio", api_format: "openai_audio" }],
  ["create_batch", { operation: "batch", api_format: "openai_batches" }],
  ["retrieve_batch", { operation: "batch", api_format: "openai_batches" }],
  ["anthropic_messages_count_tokens", { operation: "count_tokens", api_format: "anthropic_messages" }],
  ["count_tokens", { operation: "count_tokens", api_format: "anthropic_messages" }],
  ["token_counter", { operation: "count_tokens", api_format: null }],
  ["list_models", { operation: "list_models", api_format: null }],
  ["call_mcp_tool", { operation: "mcp", api_format: "mcp" }],
  ["list_mcp_tools", { operation: "mcp", api_format: "mcp" }],
]);

/** What was asked, by `call_type`; a type that is not in the table keeps its name and is `other`. */
export function callKind(callType: unknown): CallKind {
  const name = claimed(callType);
  if (name === null) return { operation: "generate", api_format: null };
  return KINDS.get(name) ?? KINDS.get(name.replace(/^_?a/, "")) ?? { operation: "other", api_format: name };
}

/** LiteLLM logs what a batch cost when its result is fetched; batches are billed at their own tier. */
export function isBatchResult(callType: unknown): boolean {
  return callType === "aretrieve_batch" || callType === "retrieve_batch";
}
