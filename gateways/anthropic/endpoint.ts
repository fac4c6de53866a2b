import { canonicalModel } from "#core/model-name.ts";
import type { Answer } from "#gateways/anthropic/answer.ts";
import type { AnthropicRecord } from "#gateways/anthropic/record.ts";
import { endpointRegion } from "#gateways/endpoint-region.ts";
import { claimed } from "#gateways/field-reader.ts";
import { type Headers, headerValue } from "#gateways/header-value.ts";
import { asksNothing, type PathKind, pathKind } from "#gateways/path-kind.ts";
import { platformOfHost } from "#gateways/platform-of-host.ts";

export interface Endpoint {
  readonly host: string | null;
  readonly path: string;
  /** The model that the path names: Bedrock and Vertex have it there. */
  readonly model: string | null;
}

/** Where a request went, of its address or its path. */
export function endpointOf(request: AnthropicRecord["request"]): Endpoint {
  const address = claimed(request?.url, 2048) ?? claimed(request?.path, 2048) ?? "";
  const [, host = null, rest = address] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(address) ?? [];
  const path = rest.split(/[?#]/)[0] ?? "";
  const model = BEDROCK_PATH.exec(path)?.[1] ?? VERTEX_PATH.exec(path)?.[1] ?? null;
  return { host, path, model: model === null || model === "count-tokens" ? null : decoded(model) };
}

/** The model may be an ARN, which holds colons, and slashes where the caller did not escape them. */
const BEDROCK_PATH = /\/model\/(.+)\/(?:invoke|converse|count-tokens)[a-z-]*$/;
const VERTEX_PATH = /\/publishers\/[^/]+\/models\/([^/:]+)(?::|$)/;

function decoded(text: string): string {
  try {
    return claimed(decodeURIComponent(text)) ?? text;
  } catch {
    return text;
  }
}

/** What was asked. Making, polling and fetching batches asks no model: their results are records of their own. */
export function kindOf(method: unknown, path: string): PathKind {
  if (path === "") return { operation: "generate", api_format: "anthropic_messages" };
  const found = pathKind(path);
  if (found === null || found.operation === "batch" || isProbe(method, found))
    return { operation: "other", api_format: found?.api_format ?? null };
  return found;
}

function isProbe(method: unknown, { operation }: PathKind): boolean {
  return asksNothing(method) && (operation !== "list_models" || method === "HEAD");
}

/**
 * Who bills the call: the host, else what only Bedrock or Vertex write (paths, headers, message ids), else what the
 * source says, else Anthropic's own API, whose format this is.
 */
export function platformOf(
  { host, path }: Endpoint,
  answered: Headers,
  { messageId }: Answer,
  stated: string | null,
): string {
  const byHost = host === null ? null : platformOfHost(host);
  if (byHost !== null) return byHost;
  const isBedrock = BEDROCK_PATH.test(path) || headerValue(answered, "x-amzn-requestid") !== undefined;
  if (isBedrock || messageId?.startsWith("msg_bdrk_")) return "bedrock";
  if (VERTEX_PATH.test(path) || messageId?.startsWith("msg_vrtx_")) return "vertex";
  return stated ?? "anthropic-api";
}

/** The region that the address or the model's ARN names. */
export function regionOf({ host, path, model }: Endpoint): string | null {
  return /\/locations\/([a-z0-9-]{1,40})\//.exec(path)?.[1] ?? endpointRegion(host, model);
}

/**
 * The model that is billed. Bedrock's path also says which endpoints may serve it (`us.`, `global.`), which the answer
 * does not; an application's inference profile names no model, and then the answer's counts.
 */
export function billedModel(pathModel: string | null, answered: string | null): string | null {
  const names = pathModel !== null && canonicalModel(pathModel).geoScope !== null;
  return names ? pathModel : (answered ?? pathModel);
}
