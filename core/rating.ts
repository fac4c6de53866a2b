import type { ResponseData } from "#core/event-data.ts";
import { RATED_METERS, TOKEN_METERS } from "#core/meters.ts";
import { type CanonicalModel, canonicalModel } from "#core/model-name.ts";
import { divideHalfEven, fitsMoney, MONEY_DECIMALS, type Money, parseMoney, ZERO } from "#core/money.ts";
import type { PriceBook, PriceRow } from "#core/price-book.ts";
import type { SourceSetting } from "#core/settings/source.ts";

export const COST_STATUSES = ["rated", "gateway", "estimated", "unpriced"] as const;
export type CostStatus = (typeof COST_STATUSES)[number];

export interface RatableCall {
  readonly data: ResponseData;
  /** The time that counts, in ms: it picks the price. */
  readonly eventTimeMs: number;
  readonly source: Pick<SourceSetting, "allow_gateway_cost">;
}

export interface Rating {
  /** null is unpriced; never 0 for unknown. */
  readonly cost: Money | null;
  readonly status: CostStatus;
  /** Why it is so: `not_billed`, `no_price`, `unmapped_model`, `usage_missing`, `rate_missing:<meter>`, … */
  readonly note: string;
  readonly priceId: string | null;
  readonly modelCanonical: string | null;
}

/** Counting tokens and listing models cost nothing at any provider (Anthropic, "Token counting": free to use). */
const FREE_OPERATIONS: ReadonlySet<string> = new Set(["count_tokens", "list_models"]);
/** Probes, tools and routes beside the models: without usage and without the gateway's own figure nobody was asked. */
const NO_MODEL_OPERATIONS: ReadonlySet<string> = new Set(["other", "mcp"]);
/** A gateway that failed, refused or answered from its cache before the provider worked is billed nothing. */
const UNBILLED_WITHOUT_USAGE: ReadonlySet<string> = new Set(["error", "blocked"]);

/**
 * What one call cost, by our book: the plain sum of meter x rate of one price row, exact in 1e-12 USD. Where the book
 * has no answer the cost is null and the note says why; only where the source allows it does the gateway's own
 * figure stand in, under a status of its own. Pure: the same call and book give the same rating for ever.
 */
export function rate(book: PriceBook, call: RatableCall): Rating {
  const { data } = call;
  const given = data.model ?? data.model_requested ?? "";
  const name = canonicalModel(given);
  if (isUnbilled(data)) return rating(ZERO, "rated", "not_billed", null, name);
  if (isUsageMissing(data)) return orGateway(call, "usage_missing", name);
  // What the table does not know may still be in an operator's own price rows, by the very name that the gateway sends.
  const model = name.model ?? given;
  const found = book.find({
    platform: data.platform,
    model,
    atMs: call.eventTimeMs,
    speed: data.speed ?? "standard",
    serviceTier: data.service_tier ?? "standard",
    geoScope: geoScopeOf(data, name),
    promptTokens: promptTokens(data),
  });
  if (found.found === "none")
    return orGateway(call, name.model === null ? "unmapped_model" : "no_price", name);
  if (found.found === "ambiguous") return orGateway(call, "ambiguous_price", name);
  return ratedBy(found.row, call, { ...name, model });
}

function ratedBy(row: PriceRow, call: RatableCall, name: CanonicalModel): Rating {
  const { meters, usage_quality: quality } = call.data;
  const firm = quality !== "final" ? `usage_${quality}` : isUsagePartial(call.data) ? "usage_partial" : "";
  let cost = 0n;
  let assumed = "";
  for (const meter of RATED_METERS) {
    const quantity = meters[meter];
    if (quantity === null || quantity === 0) continue;
    let perUnit = row.perUnit[meter];
    if (perUnit === null && meter === "cache_write_tokens") {
      // Most gateways do not say the lifetime; 5 minutes is the API's default (Anthropic, "Prompt caching").
      perUnit = row.perUnit.cache_write_5m_tokens;
      assumed = "cache_ttl_unknown";
    }
    if (perUnit === null) return orGateway(call, `rate_missing:${meter}`, name);
    cost += perUnit * BigInt(quantity);
  }
  for (const { unit, quantity } of meters.other) {
    // A unit is any text of a record's: `constructor` must not find what every object has.
    const rates = row.setting.usd_per_unit;
    const rate = Object.hasOwn(rates, unit) ? rates[unit] : undefined;
    if (rate === undefined) return orGateway(call, `rate_missing:${unit}`, name);
    cost += unitCost(rate, quantity);
  }
  if (!fitsMoney(cost)) return orGateway(call, "cost_too_large", name);
  const note = assumed || firm;
  return rating(cost as Money, note === "" ? "rated" : "estimated", note, row.id, name);
}

/** Of a fractional quantity, such as 0.25 session hours; digits beyond 1e-12 USD are rounded half to even. */
function unitCost(rate: string, quantity: string): bigint {
  const [price, count] = [parseMoney(rate), parseMoney(quantity)];
  if (!price.ok || !count.ok) throw new Error(`a rate or a quantity passed its schema: ${rate}, ${quantity}`);
  return divideHalfEven(price.value * count.value, 10n ** BigInt(MONEY_DECIMALS));
}

/** A record that asked no model anything: free at every provider, or a route beside the models that used nothing. */
export function asksNoModel(data: ResponseData): boolean {
  if (FREE_OPERATIONS.has(data.operation)) return true;
  return NO_MODEL_OPERATIONS.has(data.operation) && data.gateway_cost === null && usedNothing(data);
}

function isUnbilled(data: ResponseData): boolean {
  if (asksNoModel(data) || data.outcome === "cached") return true;
  return UNBILLED_WITHOUT_USAGE.has(data.outcome) && usedNothing(data);
}

/** Nothing known to be used: every meter is 0 or unknown. */
function usedNothing({ meters, parts }: ResponseData): boolean {
  return RATED_METERS.every((meter) => !meters[meter]) && meters.other.length === 0 && parts.length === 0;
}

/** A usage of 0 beside a cost above 0 was not counted (LiteLLM's pass-through routes log such): not a free call. */
function isUsageMissing(data: ResponseData): boolean {
  if (data.usage_quality === "missing") return true;
  if (usedNothing(data) && Number(data.gateway_cost?.amount ?? 0) > 0) return true;
  return data.meters.other.length === 0 && TOKEN_METERS.every((meter) => data.meters[meter] === null);
}

/** An answer was made, and one of its two sides was not counted: what the other side cost is a lower bound. */
function isUsagePartial({ operation, meters }: ResponseData): boolean {
  return operation === "generate" && (meters.input_tokens === null || meters.output_tokens === null);
}

function promptTokens({ meters }: ResponseData): number {
  const parts = TOKEN_METERS.filter((meter) => meter !== "output_tokens").map((meter) => meters[meter] ?? 0);
  return parts.reduce((sum, part) => sum + part, 0);
}

/** US-only inference is stated by the usage; otherwise the model's name or the region may tell the endpoint. */
function geoScopeOf(data: ResponseData, name: CanonicalModel) {
  if (data.inference_geo === "us") return "us";
  if (name.geoScope !== null) return name.geoScope;
  return data.region === "global" ? "global" : null;
}

/** The gateway's figure where the source lets it stand; a 0 beside used tokens is "not known", not free. */
function orGateway(call: RatableCall, note: string, name: CanonicalModel): Rating {
  const { gateway_cost: figure } = call.data;
  const amount = figure?.currency === "USD" ? parseMoney(figure.amount) : null;
  const stands = call.source.allow_gateway_cost && amount?.ok === true && amount.value > 0n;
  return stands
    ? rating(amount.value, "gateway", note, null, name)
    : rating(null, "unpriced", note, null, name);
}

function rating(
  cost: Money | null,
  status: CostStatus,
  note: string,
  priceId: string | null,
  { model }: CanonicalModel,
): Rating {
  return { cost, status, note, priceId, modelCanonical: model };
}
