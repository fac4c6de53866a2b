import { claimed } from "#gateways/field-reader.ts";
import type { AiBlock, KongRecord } from "#gateways/kong/record.ts";
import { asksNothing, type PathKind, pathKind } from "#gateways/path-kind.ts";

/**
 * What a request was. One that an AI plugin proxied is for a model whatever its path; any other is by method and
 * path, since Kong logs probes (`HEAD /api/hello`) and routes that have nothing to do with models too.
 */
export function callKind(record: KongRecord, ai: AiBlock | null): PathKind {
  const found = pathKind(claimed(record.request?.uri, 2048) ?? "");
  if (found === null) {
    if (ai?.meta?.request_mode === "realtime")
      return { operation: "generate", api_format: "openai_realtime" };
    if (record.ai?.mcp !== undefined && record.ai.mcp !== null)
      return { operation: "mcp", api_format: "mcp" };
    return { operation: ai === null ? "other" : "generate", api_format: null };
  }
  if (ai === null && asksNothing(record.request?.method) && found.operation !== "list_models")
    return { operation: "other", api_format: found.api_format };
  return found;
}
