import type { SourceSetting } from "#core/settings/source.ts";
import { HOST, PROVIDER } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { platformOfHost } from "#gateways/platform-of-host.ts";

/** Providers by the names that the conventions, their older versions and gateways give them, in lower case. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["anthropic", "anthropic-api"],
  ["aws.bedrock", "bedrock"],
  ["aws_bedrock", "bedrock"],
  ["aws-bedrock", "bedrock"],
  ["amazon-bedrock", "bedrock"],
  ["bedrock", "bedrock"],
  ["gcp.vertex_ai", "vertex"],
  ["vertex_ai", "vertex"],
  ["vertex-ai", "vertex"],
  ["vertexai", "vertex"],
  ["google-vertex-ai", "vertex"],
  ["gcp.gemini", "google"],
  ["gemini", "google"],
  ["google", "google"],
  ["google-ai-studio", "google"],
  ["openai", "openai"],
  ["azure.ai.openai", "azure-openai"],
  ["az.ai.openai", "azure-openai"],
  ["azure_openai", "azure-openai"],
  ["azure-openai", "azure-openai"],
  ["azure.ai.inference", "foundry"],
  ["az.ai.inference", "foundry"],
  // The Vercel AI SDK's.
  ["anthropic.messages", "anthropic-api"],
  ["openai.chat", "openai"],
  ["openai.responses", "openai"],
  ["google.generative-ai", "google"],
  ["openrouter", "openrouter"],
  ["workers-ai", "workers-ai"],
]);

/** Who ran the model and bills it: the gateway itself, the provider's name, the host that was asked, or the source. */
export function platformOf(reading: Reading, source: SourceSetting): string | null {
  const named = PLATFORMS.get(reading.text(...PROVIDER)?.toLowerCase() ?? "");
  const host = reading.text(...HOST);
  return (
    reading.service.platform ?? named ?? (host === null ? null : platformOfHost(host)) ?? source.platform
  );
}
