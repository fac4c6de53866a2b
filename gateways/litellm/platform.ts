/** LiteLLM's names of providers as ours of platforms; one that is not here passes as it is. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["anthropic", "anthropic-api"],
  ["bedrock", "bedrock"],
  ["bedrock_converse", "bedrock"],
  ["bedrock_mantle", "bedrock"],
  ["vertex_ai", "vertex"],
  ["vertex_ai_beta", "vertex"],
  ["gemini", "google"],
  ["openai", "openai"],
  ["text-completion-openai", "openai"],
  ["azure", "azure-openai"],
  ["azure_text", "azure-openai"],
  ["azure_ai", "foundry"],
]);

/** Where a model ran: LiteLLM says `vertex_ai-anthropic_models` and the like for partners' models. */
export function platformOf(provider: string | null, model: string | null, declared: string | null): string {
  const name = provider ?? /^([a-z_]+)\//.exec(model ?? "")?.[1] ?? null;
  if (name === null) return declared ?? "unknown";
  if (name.startsWith("vertex_ai")) return "vertex";
  return PLATFORMS.get(name) ?? name;
}
