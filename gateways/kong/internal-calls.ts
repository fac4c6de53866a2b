import { z } from "zod";
import type { ResponseData } from "#core/event-data.ts";
import { NO_METERS } from "#core/meters.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { gatewayCost } from "#gateways/gateway-cost.ts";
import { type CallFacts, modelOf, usedBy } from "#gateways/kong/model.ts";
import { platformOf } from "#gateways/kong/platform.ts";
import { aiBlockOf, type KongRecord, ModelBlock } from "#gateways/kong/record.ts";

const leaf = z.unknown().optional();

/** Plugins that ask a model by themselves, each with a block of its own beside that of the proxy. */
const TRANSFORMERS = ["ai-request-transformer", "ai-response-transformer"] as const;
const JUDGE = "ai-llm-as-judge";
const RetrievalBlock = z.object({
  embeddings_tokens: leaf,
  embeddings_provider: leaf,
  embeddings_model: leaf,
});

export interface InternalCall {
  readonly origin: string;
  readonly data: ResponseData;
}

/**
 * The calls that Kong made by itself while it served a request: a transformer's, a judge's, the embedding of a
 * retrieval. Each is billed beside the request's own and never a part of its figures. What they consumed and did not
 * state is missing, not nothing.
 */
export function internalCalls(
  record: KongRecord,
  response: ResponseData,
  facts: CallFacts,
  fields: FieldReader,
): InternalCall[] {
  const calls: InternalCall[] = [];
  const proxy = aiBlockOf(record);
  const blocks = [
    ...TRANSFORMERS.map((origin) => [origin, record.ai?.[origin]] as const),
    [JUDGE, proxy?.[JUDGE]] as const,
  ];
  for (const [origin, found] of blocks) {
    if (found === undefined || found === null) continue;
    const block = ModelBlock.safeParse(found);
    if (!block.success || !block.data?.meta) continue;
    calls.push({ origin, data: modelCall(origin, block.data, response, facts, fields) });
  }
  const retrieval = retrievalCall(proxy?.["rag-inject"], response, facts, fields);
  return retrieval === null ? calls : [...calls, retrieval];
}

function modelCall(
  origin: string,
  block: NonNullable<ModelBlock>,
  response: ResponseData,
  facts: CallFacts,
  fields: FieldReader,
): ResponseData {
  const model = modelOf(block);
  // The judge's `request_model` is the model that it judges, not one that it asks for.
  const requested = origin === JUDGE ? null : model.requested;
  const used = usedBy(block, model, { ...facts, isStream: block.meta?.request_mode === "stream" }, fields);
  return {
    ...callOf(response, origin),
    operation: "generate",
    platform: platformOf({ ...model, host: null, path: null, declared: facts.source.platform }),
    model_requested: requested,
    model: model.name,
    meters: used.meters,
    usage_quality: used.quality,
    gateway_cost: gatewayCost(used.stated?.cost, false, fields),
  };
}

function retrievalCall(
  found: unknown,
  response: ResponseData,
  { source }: CallFacts,
  fields: FieldReader,
): InternalCall | null {
  if (found === undefined || found === null) return null;
  const block = RetrievalBlock.safeParse(found);
  const tokens = block.success ? fields.count(block.data.embeddings_tokens, "embeddings_tokens") : null;
  if (!block.success || tokens === null) return null;
  const [provider, model] = [claimed(block.data.embeddings_provider), claimed(block.data.embeddings_model)];
  const data: ResponseData = {
    ...callOf(response, "rag-inject"),
    operation: "embed",
    platform: platformOf({ provider, isClaude: false, host: null, path: null, declared: source.platform }),
    model_requested: model,
    model,
    meters: { ...NO_METERS, input_tokens: tokens, output_tokens: 0 },
    usage_quality: "final",
    gateway_cost: null,
  };
  return { origin: "rag-inject", data };
}

/** Who asked and when; all else is of the request's own call. */
function callOf(response: ResponseData, origin: string): ResponseData {
  return {
    ...response,
    provider_request_id: null,
    client_request_id: null,
    attempt: null,
    parent_call_id: response.call_id,
    internal_origin: origin,
    api_format: null,
    region: null,
    inference_geo: null,
    service_tier: null,
    speed: null,
    stream: null,
    first_token_at: null,
    ended_at: null,
    gateway_overhead_us: null,
    outcome: "success",
    http_status: null,
    error_type: null,
    error_code: null,
    stop_reason: null,
    parts: [],
  };
}
