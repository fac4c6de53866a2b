/** Kong's names of providers (`model.provider`) as ours of platforms; one that is not here passes as it is. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["anthropic", "anthropic-api"],
  ["bedrock", "bedrock"],
  ["vertex", "vertex"],
  ["openai", "openai"],
  ["azure", "azure-openai"],
]);

/** What must be known of a call to name its platform. */
export interface PlatformFacts {
  readonly provider: string | null;
  readonly isClaude: boolean;
  /** The upstream's host, where the balancer names it. */
  readonly host: string | null;
  readonly path: string | null;
  readonly declared: string | null;
}

/** Where a model ran. Kong's `gemini` is both Google's own API and Vertex: the host tells, or that it is a Claude. */
export function platformOf({ provider, isClaude, host, path, declared }: PlatformFacts): string {
  if (provider === "gemini") return isClaude || /aiplatform\./.test(host ?? "") ? "vertex" : "google";
  if (provider !== null) return PLATFORMS.get(provider) ?? provider;
  if (declared !== null) return declared;
  if (/\/model\/[^/]+\/(?:invoke|converse)/.test(path ?? "")) return "bedrock";
  return /\/publishers\/anthropic\/models\//.test(path ?? "") ? "vertex" : "unknown";
}
