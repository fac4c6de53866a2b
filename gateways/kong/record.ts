import { z } from "zod";
import { luaHeaders as headers, luaTable as table } from "#gateways/lua-table.ts";

const leaf = z.unknown().optional();

const guard = z.object({ input_block_reason: leaf, output_block_reason: leaf }).nullish().catch(null);

const model = {
  usage: leaf,
  meta: table({ request_model: leaf, response_model: leaf, provider_name: leaf, request_mode: leaf }),
};

/** What each plugin that asks a model writes. */
export const ModelBlock = table(model);
export type ModelBlock = z.infer<typeof ModelBlock>;

/** The block of an AI plugin: `ai.proxy` since Kong 3.10, before that under the plugin's own name. */
const AiProxy = table({
  ...model,
  tried_targets: leaf,
  cache: table({ cache_status: leaf }),
  "aws-guardrails": guard,
  "azure-content-safety": guard,
  "gcp-model-armor": guard,
  "lakera-guard": guard,
  "custom-guardrail": guard,
  "ai-llm-as-judge": leaf,
  "rag-inject": leaf,
});

/** What is read of a Kong log record (kong/pdk/log.lua and "AI audit log reference"); all other members are ignored. */
export const KongRecord = z.object({
  request: table({ id: leaf, method: leaf, uri: leaf, headers }),
  response: table({ status: leaf, headers }),
  consumer: table({ username: leaf, custom_id: leaf, id: leaf, tags: leaf }),
  consumer_groups: leaf,
  authenticated_entity: table({ id: leaf }),
  workspace_name: leaf,
  latencies: table({ kong: leaf, request: leaf }),
  tries: leaf,
  started_at: leaf,
  source: leaf,
  upstream_status: leaf,
  session_id: leaf,
  ai: table({
    proxy: AiProxy,
    "ai-proxy-advanced": AiProxy,
    "ai-proxy": AiProxy,
    "ai-request-transformer": leaf,
    "ai-response-transformer": leaf,
    mcp: leaf,
  }),
});
export type KongRecord = z.infer<typeof KongRecord>;
export type AiBlock = NonNullable<z.infer<typeof AiProxy>>;

/**
 * The proxy plugin's block; null where the request was none for a model, or its statistics are not logged. A request
 * is proxied once: where several names have a block it is the same call, and the newest name counts.
 */
export function aiBlockOf({ ai }: KongRecord): AiBlock | null {
  return ai?.proxy ?? ai?.["ai-proxy-advanced"] ?? ai?.["ai-proxy"] ?? null;
}
