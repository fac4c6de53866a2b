import type { Operation } from "#core/event-data.ts";

export interface PathKind {
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

/** What the path of a request asks of a provider's API, its query left aside; null for any other path. */
export function pathKind(path: string): PathKind | null {
  const plain = path.split(/[?#]/)[0]?.replace(/\/+$/, "") ?? "";
  const found = PATHS.find(([pattern]) => pattern.test(plain));
  return found === undefined ? null : { operation: found[1], api_format: found[2] };
}

/** Requests that ask a model nothing, whatever their path: probes, and what browsers ask first. */
export function asksNothing(method: unknown): boolean {
  return method === "HEAD" || method === "OPTIONS" || method === "GET";
}
