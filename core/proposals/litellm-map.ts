import { z } from "zod";
import type { TokenMeter } from "#core/meters.ts";
import { canonicalModel } from "#core/model-name.ts";
import {
  type Candidate,
  candidateRow,
  mergeAlike,
  type Skipped,
  type Suggested,
} from "#core/proposals/candidate.ts";
import { perMillionText } from "#core/proposals/per-token-text.ts";
import { no, ok, type Result } from "#core/result.ts";

const Entry = z.looseObject({
  litellm_provider: z.string().optional(),
  mode: z.string().optional(),
});
type Entry = z.infer<typeof Entry>;

export interface Dated {
  /** The map has no dates: from when its rates shall count. */
  readonly effectiveFrom: string;
  /** Where the map was read. */
  readonly source: string;
}

/** LiteLLM's names of its prices; more of them have a suffix for long prompts or a tier. */
const METERS: readonly (readonly [string, TokenMeter])[] = [
  ["input_cost_per_token", "input_tokens"],
  ["output_cost_per_token", "output_tokens"],
  ["cache_read_input_token_cost", "cache_read_tokens"],
  ["cache_creation_input_token_cost", "cache_write_5m_tokens"],
  ["cache_creation_input_token_cost_above_1hr", "cache_write_1h_tokens"],
];
/** The platforms of LiteLLM's adapter; a provider that is not here keeps its name there too. */
const PLATFORMS: readonly (readonly [RegExp, string])[] = [
  [/^anthropic$/, "anthropic-api"],
  [/^bedrock/, "bedrock"],
  [/^vertex_ai/, "vertex"],
  [/^gemini$/, "google"],
  [/^(?:text-completion-)?openai$/, "openai"],
  [/^azure(?:_text)?$/, "azure-openai"],
  [/^azure_ai$/, "foundry"],
];
/** Where a model is sold at two prices by endpoint, and a bare name does not say which. */
const TWO_PRICES: ReadonlySet<string> = new Set(["bedrock", "vertex"]);
const TOKEN_MODES: ReadonlySet<string> = new Set(["chat", "completion", "responses", "embedding"]);
const TIERS: readonly (readonly [string, "standard" | "batch" | "priority" | "flex"])[] = [
  ["", "standard"],
  ["_batches", "batch"],
  ["_priority", "priority"],
  ["_flex", "flex"],
];

/** Candidates of LiteLLM's price map. What the map derives by a factor, and what it states at 0, is left to people. */
export function readLitellmMap(text: string, dated: Dated): Result<Suggested, "not_json" | "no_map"> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return no("not_json", (error as Error).message);
  }
  const map = z.record(z.string(), z.unknown()).safeParse((json as { models?: unknown })?.models ?? json);
  if (!map.success) return no("no_map", "is no object of models by name");
  const candidates: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const [name, value] of Object.entries(map.data)) {
    if (name === "sample_spec" || name.startsWith("_")) continue;
    const read = entryRows(name, value, dated);
    if (typeof read === "string") skipped.push({ name, reason: read });
    else candidates.push(...read);
  }
  return ok({ ...mergeAlike(candidates), skipped });
}

/** The rows of one entry, or why there are none. */
function entryRows(name: string, value: unknown, dated: Dated): Candidate[] | string {
  const entry = Entry.safeParse(value);
  if (!entry.success) return "unreadable";
  const { litellm_provider: provider, mode = "chat" } = entry.data;
  if (provider === undefined) return "unreadable";
  if (!TOKEN_MODES.has(mode)) return `mode ${mode}`;
  const { model, geoScope } = canonicalModel(name);
  if (model === null) return "unmapped_model";
  const platform = PLATFORMS.find(([pattern]) => pattern.test(provider))?.[1] ?? provider;
  const isOpen = TWO_PRICES.has(platform) && model.startsWith("claude-") && geoScope === null;
  if (isOpen) return "endpoint_unknown";
  const faulty = faultyRate(entry.data);
  if (faulty !== null) return `rate_unreadable: ${faulty}`;
  if (Number(entry.data["input_cost_per_token"] ?? 0) === 0) return "zero_or_no_price";
  const about = { platform, model, geo_scope: geoScope ?? "any" };
  const beside = {
    effective_from: dated.effectiveFrom,
    confidence: "secondary",
    sources: [dated.source],
    note: `Proposed from LiteLLM's entry ${name}. Check it against the vendor's page.`,
  };
  return TIERS.flatMap(([suffix, service_tier]) =>
    bandsOf(entry.data, suffix).map(({ rates, ...band }) => ({
      row: candidateRow({
        ...about,
        ...band,
        ...beside,
        service_tier,
        usd_per_mtok: rates,
        usd_per_request: { web_search_requests: suffix === "" ? searchRate(entry.data) : null },
      }),
      names: [name],
      remarks: factorsOf(entry.data),
    })),
  );
}

/** The rates of one tier: one band, or one up to and one above the limit that stands in the keys' names. */
function bandsOf(entry: Entry, tier: string) {
  const ratesOf = (band: string) =>
    Object.fromEntries(METERS.map(([key, meter]) => [meter, rateOf(entry[`${key}${band}${tier}`])]));
  const base = ratesOf("");
  if (base["input_tokens"] === null) return [];
  const limit = Object.keys(entry)
    .map((key) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(key)?.[1])
    .find((found) => found !== undefined);
  const above = limit === undefined ? null : ratesOf(`_above_${limit}k_tokens`);
  if (above === null || above["input_tokens"] === null) return [{ rates: base }];
  const edge = Number(limit) * 1000;
  return [
    { rates: base, prompt_tokens_max: edge },
    { rates: above, prompt_tokens_above: edge },
  ];
}

function rateOf(value: unknown): string | null {
  return typeof value === "number" ? perMillionText(value) : null;
}

/** A price of the entry that is there and cannot be a rate; null when there is none. */
function faultyRate(entry: Entry): string | null {
  const keys = METERS.map(([key]) => key);
  const faulty = Object.entries(entry).find(
    ([name, value]) =>
      keys.some((key) => name.startsWith(key)) &&
      value !== null &&
      value !== undefined &&
      rateOf(value) === null,
  );
  return faulty === undefined ? null : `${faulty[0]} is ${JSON.stringify(faulty[1])}`;
}

/** USD for one search, where it is the same whatever the size of the context. */
function searchRate(entry: Entry): string | null {
  const sizes = z.record(z.string(), z.number().min(0)).safeParse(entry["search_context_cost_per_query"]);
  if (!sizes.success) return null;
  const [first, ...others] = new Set(Object.values(sizes.data));
  if (first === undefined || others.length > 0) return null;
  const text = String(first);
  return /^\d{1,12}(\.\d{1,6})?$/.test(text) ? text : null;
}

function factorsOf(entry: Entry): string[] {
  const factors = z.record(z.string(), z.number()).safeParse(entry["provider_specific_entry"]);
  if (!factors.success) return [];
  return Object.entries(factors.data).map(
    ([name, factor]) => `a factor of ${factor} for ${name} was not applied`,
  );
}
