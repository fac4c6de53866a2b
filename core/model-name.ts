import { ANTHROPIC_MODELS, OTHER_MODELS } from "#core/model-names.ts";

/** Which endpoints served the call, as far as its name says: `us.anthropic.…` is regional, `global.…` is global. `gov` (AWS GovCloud) has prices of its own. */
export type GeoScope = "global" | "regional" | "us" | "gov";

export interface CanonicalModel {
  /** null: not in the table. Unmapped is visible and never guessed at. */
  readonly model: string | null;
  readonly geoScope: GeoScope | null;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ...ANTHROPIC_MODELS.flatMap(({ model, dates = [], also = [] }) =>
    [model, ...dates.map((date) => `${model}-${date}`), ...also].map((name) => [name, model] as const),
  ),
  ...OTHER_MODELS.flatMap(({ model, also = [] }) => [model, ...also].map((name) => [name, model] as const)),
]);

/** Prefixes by which LiteLLM and others say which provider they route to; the platform is known from elsewhere. */
const ROUTE =
  /^(?:anthropic|bedrock|vertex_ai|openai|azure|azure_ai|gemini|openrouter|converse|invoke|google)\//;
/** Bedrock: an inference profile's region before the vendor (AWS "Supported Regions and models for inference profiles"). */
const BEDROCK_REGION = /^(global|us-gov|us|eu|apac|au|jp|ca)\.(?=anthropic\.)/;
/** arn:aws:bedrock:REGION:ACCOUNT:(foundation-model|inference-profile)/ID; an application profile's id names no model. */
const ARN = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d*:(foundation-model|inference-profile)\/(.+)$/;

/**
 * The one canonical name of a model, by table. Understands LiteLLM's route prefixes, Bedrock ids with region and
 * version (`us.anthropic.claude-opus-5-v1:0`), ARNs that hold a model, Vertex `@date`, and Claude Code's `[1m]`.
 */
export function canonicalModel(name: string): CanonicalModel {
  let rest = name;
  while (ROUTE.test(rest)) rest = rest.replace(ROUTE, "");
  const arn = ARN.exec(rest);
  if (arn !== null) rest = arn[2] ?? "";
  const region = BEDROCK_REGION.exec(rest)?.[1];
  rest = rest
    .replace(BEDROCK_REGION, "")
    .replace(/^anthropic\./, "")
    .replace(/\[1m\]$/, "")
    .replace(/-v\d+(?::\d+)?(?::\d+k)?$/, "")
    .replace(/@default$/, "")
    .replace(/@(\d{8})$/, "-$1");
  return { model: NAMES.get(rest) ?? null, geoScope: geoScopeOf(region) };
}

/** GovCloud is no region like the others: it costs more (LiteLLM lists 1.2 times the global rate, regions 1.1). */
function geoScopeOf(region: string | undefined): GeoScope | null {
  if (region === undefined) return null;
  if (region === "us-gov") return "gov";
  return region === "global" ? "global" : "regional";
}
