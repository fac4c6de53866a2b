import type { Operation } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";
import type { AiBlock, KongRecord } from "#gateways/kong/record.ts";

export interface CallKind {
  readonly operation: Operation;
  readonly api_format: string | null;
}

/**
 * What was asked, by the path; the first fitting row counts. Counting tokens and listing models come before the
 * paths that they begin or end with.
 */
const PATHS: readonly (readonly [RegExp, Operation, string | null])[] = [
  [/\/count[_-]tokens$|:count-?tokens(?::rawPredict)?$|\/count-tokens:rawPredict$/i, "count_tokens", null],
  [/\/models(?:\/[^/:]+)?$|\/inference-profiles(?:\/|$)/, "list_models", null],
  [/\/messages\/batches|\/batches(?:\/|$)/, "batch", null],
  [/\/messages$/, "generate", "anthropic_messages"],
  [/\/chat\/completions$/, "generate", "openai_chat"],
  [/\/completions$/, "generate", "openai_completions"],
  [/\/responses$/, "generate", "openai_responses"],
  [/\/invoke(?:-with-response-stream)?$/, "generate", "bedrock_invoke"],
  [/\/converse(?:-stream)?$/, "generate", "bedrock_converse"],
  [/:(?:stream)?rawPredict$/i, "generate", "vertex_rawpredict"],
  [/:(?:stream)?generateContent$/i, "generate", "google_generate_content"],
  [/\/embeddings$/, "embed", "openai_embeddings"],
  [/\/images\/[a-z]+$/, "image", "openai_images"],
  [/\/audio\/[a-z]+$/, "audio", "openai_audio"],
  [/\/rerank$/, "rerank", "rerank"],
];

/**
 * What a request was. One that an AI plugin proxied is for a model whatever its path; any other is by method and
 * path, since Kong logs probes (`HEAD /api/hello`) and routes that have nothing to do with models too.
 */
export function callKind(record: KongRecord, ai: AiBlock | null): CallKind {
  const path = (claimed(record.request?.uri, 2048) ?? "").split(/[?#]/)[0]?.replace(/\/+$/, "") ?? "";
  const found = PATHS.find(([pattern]) => pattern.test(path));
  if (found === undefined) {
    if (record.ai?.mcp !== undefined && record.ai.mcp !== null)
      return { operation: "mcp", api_format: "mcp" };
    return { operation: ai === null ? "other" : "generate", api_format: null };
  }
  const [, operation, api_format] = found;
  const asksNothing =
    record.request?.method === "HEAD" ||
    record.request?.method === "OPTIONS" ||
    record.request?.method === "GET";
  if (ai === null && asksNothing && operation !== "list_models") return { operation: "other", api_format };
  return { operation, api_format };
}
