import type { UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { readUsageBlock, type UsageBlock } from "#gateways/kong/usage-block.ts";
import { streamsAreExact } from "#gateways/kong/version.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

export interface KongUsage {
  readonly meters: Meters;
  readonly quality: UsageQuality;
  readonly stated: UsageBlock | null;
}

export interface UsageFacts {
  readonly isClaude: boolean;
  readonly isStream: boolean;
  readonly version: string | null;
  readonly includesCache: boolean | null;
}

/** What one request consumed, its retries included, and how far Kong's figures can be trusted. */
export function readUsage(usage: unknown, facts: UsageFacts, fields: FieldReader): KongUsage {
  const stated = readUsageBlock(usage);
  if (stated === "unreadable") fields.fail("usage_unreadable", "ai.proxy.usage is of an unknown shape");
  if (stated === null || stated === "unreadable")
    return { meters: NO_METERS, quality: "missing", stated: null };
  const prompt = fields.count(stated.prompt_tokens, "prompt_tokens");
  const completion = fields.count(stated.completion_tokens, "completion_tokens");
  const cache = cacheCounts(stated, fields);
  const cached = (cache.read ?? 0) + (cache.write ?? 0);
  if (facts.includesCache === null && cached > 0) {
    fields.fail(
      "usage_unreadable",
      `has ${cached} cached tokens, and nothing says whether prompt_tokens include them; declare the source's gateway_version or input_includes_cache`,
    );
  }
  checkTotal(stated, prompt, completion, facts.includesCache === false ? cached : 0, fields);
  const meters: Meters = {
    ...NO_METERS,
    ...promptMeters({ prompt, ...cache, includesCache: facts.includesCache ?? true }, fields),
    output_tokens: completion,
    thinking_tokens: fields.count(stated.completion_tokens_details?.reasoning_tokens, "reasoning_tokens"),
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  if (prompt === null && completion === null) return { meters, quality: "missing", stated };
  return { meters, quality: isInexact(cache, facts) ? "estimated" : "final", stated };
}

function cacheCounts(stated: UsageBlock, fields: FieldReader) {
  const details = stated.prompt_tokens_details;
  const agreed = (name: string, ...values: readonly unknown[]) =>
    fields.agreed(name, ...values.map((value) => fields.count(value, name)));
  return {
    read: agreed("cached_tokens", details?.cached_tokens, stated.cache_read_input_tokens),
    write: agreed(
      "cache_creation_tokens",
      details?.cache_creation_tokens,
      details?.cache_write_tokens,
      stated.cache_creation_input_tokens,
    ),
    write5m: fields.count(stated.cache_creation?.ephemeral_5m_input_tokens, "ephemeral_5m_input_tokens"),
    write1h: fields.count(stated.cache_creation?.ephemeral_1h_input_tokens, "ephemeral_1h_input_tokens"),
  };
}

/** Kong's total is prompt plus completion; where cached tokens are counted apart, versions differ in adding them. */
function checkTotal(
  stated: UsageBlock,
  prompt: number | null,
  completion: number | null,
  apart: number,
  fields: FieldReader,
): void {
  const total = fields.count(stated.total_tokens, "total_tokens");
  if (total === null || prompt === null || completion === null) return;
  if (total === prompt + completion || total === prompt + completion + apart) return;
  fields.fail(
    "meters_contradict",
    `total_tokens ${total} is not prompt_tokens ${prompt} plus completion_tokens ${completion}`,
  );
}

/**
 * Claude's figures that Kong is known to get wrong: with caching in use and the writes not told apart, they are
 * either among the uncached tokens or lost; and streams of older versions are counted too high.
 */
function isInexact(cache: { read: number | null; write: number | null }, facts: UsageFacts): boolean {
  if (!facts.isClaude) return false;
  const writesAreHidden = (cache.read ?? 0) > 0 && cache.write === null;
  return writesAreHidden || (facts.isStream && streamsAreExact(facts.version) === false);
}
