import type { SourceSetting } from "#core/settings/source.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";
import { countsCacheInside } from "#gateways/kong/convention.ts";
import type { ModelBlock } from "#gateways/kong/record.ts";
import { type KongUsage, readUsage } from "#gateways/kong/usage.ts";

export interface KongModel {
  readonly name: string | null;
  readonly requested: string | null;
  readonly provider: string | null;
  readonly isClaude: boolean;
}

/** Which model a plugin's block is about. */
export function modelOf(block: ModelBlock | null): KongModel {
  const requested = claimed(block?.meta?.request_model);
  const name = claimed(block?.meta?.response_model) ?? requested;
  const provider = claimed(block?.meta?.provider_name);
  return {
    name,
    requested,
    provider,
    isClaude: provider === "anthropic" || /claude/.test(`${name} ${requested}`),
  };
}

export interface CallFacts {
  readonly source: SourceSetting;
  readonly version: string | null;
  readonly isStream: boolean;
  /** Whether the client asked for compaction, whose tokens older versions leave out. */
  readonly asksCompaction: boolean;
}

/** What a plugin's block says that a model consumed. */
export function usedBy(
  block: ModelBlock | null,
  model: KongModel,
  { source, version, isStream, asksCompaction }: CallFacts,
  fields: FieldReader,
): KongUsage {
  const { provider, isClaude } = model;
  const includesCache = countsCacheInside(provider, isClaude, version, source.input_includes_cache);
  return readUsage(
    block?.usage,
    { isClaude, isGemini: provider === "gemini", isStream, asksCompaction, version, includesCache },
    fields,
  );
}
