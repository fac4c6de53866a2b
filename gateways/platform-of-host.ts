/** Where a model ran, by the host that was asked. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)api\.anthropic\.com$/, "anthropic-api"],
  [/^bedrock[a-z-]*\.[a-z0-9-]+\.(?:amazonaws\.com|api\.aws)/, "bedrock"],
  [/aiplatform\.(?:[a-z-]+\.rep\.)?googleapis\.com$/, "vertex"],
  [/^generativelanguage\.googleapis\.com$/, "google"],
  [/(?:^|\.)api\.openai\.com$/, "openai"],
  [/\.openai\.azure\.com$/, "azure-openai"],
  [/\.services\.ai\.azure\.com$/, "foundry"],
];

/** The platform of a host, with or without a port; null for a host that is not in the table. */
export function platformOfHost(host: string): string | null {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return HOSTS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
