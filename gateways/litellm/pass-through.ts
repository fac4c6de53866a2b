import { claimed } from "#gateways/field-reader.ts";
import type { LiteLlmPayload } from "#gateways/litellm/payload.ts";
import { type PathKind, pathKind } from "#gateways/path-kind.ts";
import { platformOfHost } from "#gateways/platform-of-host.ts";

/** The first part of a pass-through route (docs.litellm.ai, "Pass-through endpoints") and where it leads. */
const ROUTES: ReadonlyMap<string, string> = new Map([
  ["bedrock", "bedrock"],
  ["vertex_ai", "vertex"],
  ["vertex-ai", "vertex"],
  ["anthropic", "anthropic-api"],
  ["gemini", "google"],
  ["openai", "openai"],
  ["openai_passthrough", "openai"],
  ["azure", "azure-openai"],
  ["azure_ai", "foundry"],
]);
const BEDROCK_MODEL = /\/model\/([^/]+)\/[a-z-]+$/;
const VERTEX_MODEL = /\/models\/([^/:]+):[A-Za-z]+$/;
const VERTEX_REGION = /\/locations\/([a-z0-9-]+)\//;

export interface PassThrough {
  readonly kind: PathKind;
  readonly platform: string | null;
  readonly model: string | null;
  readonly region: string | null;
  readonly isStream: boolean | null;
}

/**
 * What a call through one of LiteLLM's pass-through routes was, by the address: LiteLLM forwards it as it came, and its
 * record may name neither model nor provider. null for any other call.
 */
export function passThrough(record: LiteLlmPayload): PassThrough | null {
  if (
    record.call_type !== "pass_through_endpoint" &&
    record.call_type !== "allm_passthrough_route" &&
    record.call_type !== "llm_passthrough_route"
  )
    return null;
  const route = plainPath(record.metadata?.user_api_key_request_route);
  const base = addressOf(record.api_base);
  const path = pathKind(route) === null && base !== null ? plainPath(base.pathname) : route;
  const id = BEDROCK_MODEL.exec(path)?.[1] ?? VERTEX_MODEL.exec(path)?.[1];
  return {
    kind: kindOf(path),
    platform:
      (base === null ? null : platformOfHost(base.hostname)) ?? ROUTES.get(route.split("/")[1] ?? "") ?? null,
    model: id === undefined ? null : claimed(unescaped(id)),
    region: VERTEX_REGION.exec(path)?.[1] ?? null,
    isStream: /\/invoke-with-response-stream$|\/converse-stream$|:stream[A-Z]\w*$/.test(path) || null,
  };
}

function kindOf(path: string): PathKind {
  const found = pathKind(path);
  return { operation: found?.operation ?? "generate", api_format: found?.api_format ?? "pass_through" };
}

function plainPath(value: unknown): string {
  return (claimed(value, 2048) ?? "").split(/[?#]/)[0]?.replace(/\/+$/, "") ?? "";
}

function addressOf(value: unknown): URL | null {
  const text = claimed(value, 2048);
  return text !== null && URL.canParse(text) ? new URL(text) : null;
}

/** A model's ARN comes with its slashes escaped. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
