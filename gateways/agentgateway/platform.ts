/** `gen_ai.provider.name` of agentgateway's providers (crates/llm/src: `const NAME`). */
const PLATFORMS: Readonly<Record<string, string>> = {
  anthropic: "anthropic-api",
  "aws.bedrock": "bedrock",
  "gcp.vertex_ai": "vertex",
  "gcp.gemini": "google",
  openai: "openai",
  azure: "azure-openai",
  copilot: "copilot",
};

/** The platform that a provider's name stands for; null for `custom` and for names that an operator chose. */
export function platformOfProvider(provider: string | null): string | null {
  return provider === null || !Object.hasOwn(PLATFORMS, provider) ? null : (PLATFORMS[provider] ?? null);
}

/**
 * Whether the line's input tokens hold the cached ones. The line states the provider's own figure, and agentgateway
 * knows the convention by provider (crates/agentgateway/src/llm/mod.rs, `cache_convention_for`) but does not log it:
 * Anthropic and Bedrock count cached tokens apart, and so do Claude models at Vertex and Copilot. A custom provider's
 * depends on the format it was given, and Claude at Azure on nothing that the line tells: null.
 */
export function countsCacheInside(provider: string | null, model: string | null): boolean | null {
  const isClaude = /claude/i.test(model ?? "");
  switch (provider) {
    case "anthropic":
    case "aws.bedrock":
      return false;
    case "gcp.vertex_ai":
    case "copilot":
      return !isClaude;
    case "azure":
      return isClaude ? null : true;
    case "openai":
    case "gcp.gemini":
      return true;
    default:
      return null;
  }
}
