import { promptIncludesCache } from "#gateways/kong/version.ts";

/** Their own APIs count cached tokens inside the prompt's, and Kong hands the figures on in every version. */
const INCLUSIVE_PROVIDERS: ReadonlySet<string> = new Set(["openai", "azure", "gemini", "mistral"]);

/**
 * Whether `prompt_tokens` include cached tokens: as the source declares it, else by the provider, and for Claude by
 * Kong's version. null: nothing tells.
 */
export function countsCacheInside(
  provider: string | null,
  isClaude: boolean,
  version: string | null,
  declared: boolean | null,
): boolean | null {
  if (declared !== null) return declared;
  if (isClaude) return promptIncludesCache(version);
  return INCLUSIVE_PROVIDERS.has(provider ?? "") ? true : null;
}
