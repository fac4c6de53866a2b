import type { UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS, RATED_METERS } from "#core/meters.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import type { LiteLlmPayload } from "#gateways/litellm/payload.ts";
import { UsageObject } from "#gateways/litellm/usage-object.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";
import { fitting } from "#gateways/shaped.ts";

export interface LiteLlmUsage {
  readonly meters: Meters;
  readonly quality: UsageQuality;
  readonly stated: UsageObject | null;
}

/** The shortest prompt that Anthropic caches (its "Prompt caching" page); below it nothing can be cached. */
const CACHEABLE_TOKENS_MIN = 1024;

/**
 * What a call consumed. LiteLLM's `prompt_tokens` include what was read from and written to a cache
 * (`AnthropicConfig.calculate_usage`); one version of mid-2025 left the written ones out, which shows as parts
 * larger than their whole and is a fault, as long as the source does not declare another counting.
 * @param call whether a Claude model answered, and whether the answer came to its end
 */
export function readUsage(
  record: LiteLlmPayload,
  source: SourceSetting,
  call: { readonly isClaude: boolean; readonly isWhole: boolean },
  fields: FieldReader,
): LiteLlmUsage {
  const stated = usageObject(record, fields);
  const flat = flatCounts(record, fields);
  if (stated === null && !flat.prompt && !flat.completion)
    return { meters: NO_METERS, quality: "missing", stated };
  const meters = statedMeters(stated, flat, source.input_includes_cache ?? true, fields);
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  // LiteLLM fills in zeros where it counted nothing: failures, and streams whose form it does not know.
  if (RATED_METERS.every((meter) => !meters[meter])) return { meters: NO_METERS, quality: "missing", stated };
  return { meters, quality: qualityOf(call.isWhole, meters, stated, call.isClaude), stated };
}

function statedMeters(
  stated: UsageObject | null,
  flat: Flat,
  includesCache: boolean,
  fields: FieldReader,
): Meters {
  const prompt = oneOf(
    "prompt_tokens",
    fields.count(stated?.prompt_tokens, "usage_object.prompt_tokens"),
    flat.prompt,
    fields,
  );
  const completion = oneOf(
    "completion_tokens",
    fields.count(stated?.completion_tokens, "usage_object.completion_tokens"),
    flat.completion,
    fields,
  );
  if (prompt === null && stated?.input_tokens !== undefined && stated.input_tokens !== null) {
    fields.fail(
      "usage_unreadable",
      "usage_object has input_tokens and nothing says whether they include cached ones",
    );
  }
  const cache = cacheCounts(stated, fields);
  const total = oneOf(
    "total_tokens",
    fields.count(stated?.total_tokens, "usage_object.total_tokens"),
    flat.total,
    fields,
  );
  const apart = includesCache ? 0 : (cache.read ?? 0) + (cache.write ?? 0);
  checkTotal(total, prompt, completion, apart, fields);
  return {
    ...NO_METERS,
    ...promptMeters({ prompt, ...cache, includesCache }, fields),
    output_tokens: completion,
    thinking_tokens: fields.count(stated?.completion_tokens_details?.reasoning_tokens, "reasoning_tokens"),
    web_search_requests: fields.agreed(
      "web_search_requests",
      fields.count(stated?.server_tool_use?.web_search_requests, "server_tool_use.web_search_requests"),
      fields.count(
        stated?.prompt_tokens_details?.web_search_requests,
        "prompt_tokens_details.web_search_requests",
      ),
    ),
  };
}

function cacheCounts(stated: UsageObject | null, fields: FieldReader) {
  const details = stated?.prompt_tokens_details;
  const [byDetails, byMessage] = [details?.cache_creation_token_details, stated?.cache_creation];
  const agreed = (name: string, ...values: readonly unknown[]) =>
    fields.agreed(name, ...values.map((value) => fields.count(value, name)));
  return {
    read: agreed("cached tokens", details?.cached_tokens, stated?.cache_read_input_tokens),
    write: agreed(
      "cache_creation_tokens",
      details?.cache_creation_tokens,
      details?.cache_write_tokens,
      stated?.cache_creation_input_tokens,
    ),
    write5m: agreed(
      "ephemeral_5m_input_tokens",
      byDetails?.ephemeral_5m_input_tokens,
      byMessage?.ephemeral_5m_input_tokens,
    ),
    write1h: agreed(
      "ephemeral_1h_input_tokens",
      byDetails?.ephemeral_1h_input_tokens,
      byMessage?.ephemeral_1h_input_tokens,
    ),
  };
}

interface Flat {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly total: number | null;
}

function flatCounts(record: LiteLlmPayload, fields: FieldReader): Flat {
  return {
    prompt: fields.count(record.prompt_tokens, "prompt_tokens"),
    completion: fields.count(record.completion_tokens, "completion_tokens"),
    total: fields.count(record.total_tokens, "total_tokens"),
  };
}

/** The usage's own figure; the record's flat copy is 0 where LiteLLM did not fill it in, else it has to agree. */
function oneOf(name: string, stated: number | null, flat: number | null, fields: FieldReader): number | null {
  return stated === null ? flat : fields.agreed(name, stated, flat === 0 ? null : flat);
}

function checkTotal(
  total: number | null,
  prompt: number | null,
  completion: number | null,
  apart: number,
  fields: FieldReader,
): void {
  if (total === null || prompt === null || completion === null) return;
  const sum = prompt + completion;
  if (total === sum || total === sum + apart) return;
  fields.fail(
    "meters_contradict",
    `total_tokens ${total} is not prompt_tokens ${prompt} plus completion_tokens ${completion}`,
  );
}

function usageObject(record: LiteLlmPayload, fields: FieldReader): UsageObject | null {
  const found = record.metadata?.usage_object ?? record.hidden_params?.usage_object ?? null;
  if (found === null) return null;
  const read = fitting(UsageObject, found);
  if (read === null) return fields.fail("usage_unreadable", "usage_object is of an unknown shape");
  return STATED.some((name) => read[name] !== undefined && read[name] !== null) ? read : null;
}

const STATED = Object.keys(UsageObject.shape) as readonly (keyof UsageObject)[];

function qualityOf(
  isWhole: boolean,
  meters: Meters,
  stated: UsageObject | null,
  isClaude: boolean,
): UsageQuality {
  // LiteLLM logs a stream that broke off with what was counted until then (its PR 39589).
  if (!isWhole) return "provisional";
  // Without a usage object nothing tells cached from uncached tokens, and Claude's differ tenfold in price.
  const mayBeCached = isClaude && stated === null && (meters.input_tokens ?? 0) >= CACHEABLE_TOKENS_MIN;
  return mayBeCached ? "estimated" : "final";
}
