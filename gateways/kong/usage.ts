import type { UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { readUsageBlock, type UsageBlock } from "#gateways/kong/usage-block.ts";
import { countsAreExact } from "#gateways/kong/version.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

export interface KongUsage {
  readonly meters: Meters;
  readonly quality: UsageQuality;
  readonly stated: UsageBlock | null;
}

export interface UsageFacts {
  readonly isClaude: boolean;
  readonly isGemini: boolean;
  readonly isStream: boolean;
  readonly asksCompaction: boolean;
  readonly version: string | null;
  readonly includesCache: boolean | null;
}

/** What one request consumed, its retries included, and how far Kong's figures can be trusted. */
export function readUsage(usage: unknown, facts: UsageFacts, fields: FieldReader): KongUsage {
  const stated = readUsageBlock(usage);
  if (stated === "unreadable") fields.fail("usage_unreadable", "ai.proxy.usage is of an unknown shape");
  if (stated === null || stated === "unreadable")
    return { meters: NO_METERS, quality: "missing", stated: null };
  const cache = cacheCounts(stated, fields);
  const cached = (cache.read ?? 0) + (cache.write ?? 0);
  const prompt = promptCount(stated, cached, fields);
  const completion = completionCount(stated, fields);
  // A model that answered has read something: zeros are what Kong writes where it counted nothing.
  if (!prompt && !completion && cached === 0) return { meters: NO_METERS, quality: "missing", stated };
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
    thinking_tokens: fields.agreed(
      "reasoning_tokens",
      fields.count(
        stated.completion_tokens_details?.reasoning_tokens,
        "completion_tokens_details.reasoning_tokens",
      ),
      fields.count(stated.output_tokens_details?.reasoning_tokens, "output_tokens_details.reasoning_tokens"),
    ),
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  if (prompt === null && completion === null) return { meters, quality: "missing", stated };
  const isEstimate = isInexact(cache, facts) || hasAudio(stated);
  return { meters, quality: isEstimate ? "estimated" : "final", stated };
}

/**
 * The prompt's tokens under any of their names. Where `input_tokens` stand beside `prompt_tokens` they may be the same
 * figure or Anthropic's, which is without cached ones.
 */
function promptCount(stated: UsageBlock, cached: number, fields: FieldReader): number | null {
  const prompt = fields.agreed(
    "prompt_tokens",
    fields.count(stated.prompt_tokens, "prompt_tokens"),
    fields.count(stated.prompt_token, "prompt_token"),
  );
  const input = fields.count(stated.input_tokens, "input_tokens");
  if (prompt === null || input === null) return prompt ?? input;
  if (input !== prompt && input !== 0 && Math.abs(prompt - input) !== cached)
    fields.fail("meters_contradict", `prompt_tokens ${prompt} and input_tokens ${input} are no one figure`);
  return prompt;
}

function completionCount(stated: UsageBlock, fields: FieldReader): number | null {
  const completion = fields.agreed(
    "completion_tokens",
    fields.count(stated.completion_tokens, "completion_tokens"),
    fields.count(stated.completion_token, "completion_token"),
  );
  const output = fields.count(stated.output_tokens, "output_tokens");
  return fields.agreed("completion_tokens", completion, output === 0 ? null : output) ?? output;
}

/** Audio tokens are among the others and have a price of their own that is not known here. */
function hasAudio(stated: UsageBlock): boolean {
  const parts = [
    stated.prompt_tokens_details,
    stated.completion_tokens_details,
    stated.input_tokens_details,
    stated.output_tokens_details,
  ];
  return parts.some((details) => Number(details?.audio_tokens ?? 0) > 0);
}

function cacheCounts(stated: UsageBlock, fields: FieldReader) {
  const details = stated.prompt_tokens_details;
  const agreed = (name: string, ...values: readonly unknown[]) =>
    fields.agreed(name, ...values.map((value) => fields.count(value, name)));
  return {
    read: agreed(
      "cached_tokens",
      details?.cached_tokens,
      stated.input_tokens_details?.cached_tokens,
      stated.cache_read_input_tokens,
    ),
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
 * Figures that Kong is known to get wrong. Claude's with caching in use and the writes not told apart: they are either
 * among the uncached tokens or lost. Claude's and Gemini's streams before 3.14.0.13 and 3.15.0.4: counted too high, so
 * an unknown version is no better. Until then also compaction: its tokens are left out.
 */
function isInexact(cache: { read: number | null; write: number | null }, facts: UsageFacts): boolean {
  if (!facts.isClaude && !facts.isGemini) return false;
  const writesAreHidden = facts.isClaude && (cache.read ?? 0) > 0 && cache.write === null;
  const isSuspect = facts.isStream || (facts.isClaude && facts.asksCompaction);
  return writesAreHidden || (isSuspect && countsAreExact(facts.version) !== true);
}
