/** Who offers a model on a platform, who runs it, and what the service is called. */
export interface ServiceNames {
  readonly service: string;
  /** Who sells it and sends the invoice. */
  readonly provider: string;
  /** On whose machines it runs. */
  readonly host: string;
}

const NAMES: Readonly<Record<string, ServiceNames>> = {
  "anthropic-api": { service: "Claude API", provider: "Anthropic", host: "Anthropic" },
  bedrock: { service: "Amazon Bedrock", provider: "AWS", host: "AWS" },
  vertex: { service: "Vertex AI", provider: "Google Cloud", host: "Google Cloud" },
  foundry: { service: "Microsoft Foundry", provider: "Microsoft", host: "Microsoft" },
  "azure-openai": { service: "Azure OpenAI", provider: "Microsoft", host: "Microsoft" },
  openai: { service: "OpenAI API", provider: "OpenAI", host: "OpenAI" },
  "openai-api": { service: "OpenAI API", provider: "OpenAI", host: "OpenAI" },
  gemini: { service: "Gemini API", provider: "Google", host: "Google" },
  "gemini-api": { service: "Gemini API", provider: "Google", host: "Google" },
};

/** A platform that is not in the table stands for itself. */
export function serviceNames(platform: string | null): ServiceNames {
  const known = platform !== null && Object.hasOwn(NAMES, platform) ? NAMES[platform] : undefined;
  const name = platform ?? "Unknown";
  return known ?? { service: name, provider: name, host: name };
}

/** A vendor's name as it stands on calls of its platforms; one that has none stands for itself. */
export function providerName(vendor: string): string {
  const known = Object.values(NAMES).map(({ provider }) => provider);
  return known.find((name) => name.toLowerCase() === vendor.toLowerCase()) ?? vendor;
}

const DEVELOPERS: readonly (readonly [RegExp, string])[] = [
  [/^claude/, "Anthropic"],
  [/^(gpt|o\d|chatgpt|text-embedding|dall-e|whisper)/, "OpenAI"],
  [/^(gemini|gemma)/, "Google"],
];

/** Who made a model, by the beginning of its name; null: not known. */
export function modelDeveloper(model: string): string | null {
  return DEVELOPERS.find(([pattern]) => pattern.test(model))?.[1] ?? null;
}
