import type { CostStatus } from "#core/cost-status.ts";
import type { Discount } from "#core/discounts.ts";
import type { ResponseData } from "#core/event-data.ts";
import { RATED_METERS, TOKEN_METERS } from "#core/meters.ts";
import { type CanonicalModel, canonicalModel } from "#core/model-name.ts";
import { fitsMoney, type Money, parseMoney, ZERO } from "#core/money.ts";
import type { PriceBook } from "#core/price-book.ts";
import type { PriceQuery, PriceRow } from "#core/price-query.ts";
import { type RatingLine, ratingLines } from "#core/rating-lines.ts";
import type { SourceSetting } from "#core/settings/source.ts";

/** What of a response decides its cost. */
export type RatableData = Pick<
  ResponseData,
  | "model"
  | "model_requested"
  | "platform"
  | "region"
  | "inference_geo"
  | "speed"
  | "service_tier"
  | "operation"
  | "outcome"
  | "usage_quality"
  | "meters"
  | "gateway_cost"
> & { readonly parts: readonly unknown[] };

export interface RatableCall {
  readonly data: RatableData;
  /** The time that counts, in ms: it picks the price. */
  readonly eventTimeMs: number;
  readonly source: Pick<SourceSetting, "allow_gateway_cost"> & Partial<Pick<SourceSetting, "account">>;
}

export interface Rating {
  /** null is unpriced; never 0 for unknown. */
  readonly cost: Money | null;
  readonly status: CostStatus;
  /** Why it is so: `not_billed`, `no_price`, `unmapped_model`, `usage_missing`, `rate_missing:<meter>`, … */
  readonly note: string;
  readonly priceId: string | null;
  readonly modelCanonical: string | null;
  /** The discount that was taken off; the cost is after it. */
  readonly discountId: string | null;
  /** What `cost` is the sum of; empty where no row priced the call. */
  readonly lines: readonly RatingLine[];
}

/** Counting tokens and listing models cost nothing at any provider (Anthropic, "Token counting": free to use). */
const FREE_OPERATIONS: ReadonlySet<string> = new Set(["count_tokens", "list_models"]);
/** Probes, tools and routes beside the models: without usage and without the gateway's own figure nobody was asked. */
const NO_MODEL_OPERATIONS: ReadonlySet<string> = new Set(["other", "mcp"]);
/** A gateway that failed, refused or answered from its cache before the provider worked is billed nothing. */
const UNBILLED_WITHOUT_USAGE: ReadonlySet<string> = new Set(["error", "blocked"]);

/**
 * What one call cost, by our book: the plain sum of meter x rate of one price row, less at most one discount, exact in
 * 1e-12 USD. Where the book has no answer the cost is null and the note says why; only where the source allows it does the gateway's own
 * figure stand in, under a status of its own. Pure: the same call and book give the same rating for ever.
 */
export function rate(book: PriceBook, call: RatableCall): Rating {
  const { data } = call;
  const given = data.model ?? data.model_requested ?? "";
  const name = canonicalModel(given);
  if (isUnbilled(data)) return plainRating(ZERO, "rated", "not_billed", name);
  if (isUsageMissing(data)) return orGateway(call, "usage_missing", name);
  // What the table does not know may still be in an operator's own price rows, by the very name that the gateway sends.
  const model = name.model ?? given;
  const query: PriceQuery = {
    account: call.source.account ?? null,
    platform: data.platform,
    model,
    atMs: call.eventTimeMs,
    speed: data.speed ?? "standard",
    serviceTier: data.service_tier ?? "standard",
    geoScope: geoScopeOf(data, name),
    promptTokens: promptTokens(data),
  };
  const found = book.find(query);
  if (found.found === "none")
    return orGateway(call, name.model === null ? "unmapped_model" : "no_price", name);
  if (found.found === "ambiguous") return orGateway(call, "ambiguous_price", name);
  const contract = book.discountFor(query, found.row);
  if (contract.found === "ambiguous") return orGateway(call, "ambiguous_discount", name);
  const discount = contract.found === "one" ? contract.discount : null;
  return ratedBy(found.row, discount, call, { ...name, model });
}

function ratedBy(row: PriceRow, discount: Discount | null, call: RatableCall, name: CanonicalModel): Rating {
  const { meters, usage_quality: quality } = call.data;
  const rated = ratingLines(row, meters, discount);
  if (!rated.complete) return orGateway(call, `rate_missing:${rated.missing}`, name);
  let cost = 0n;
  let assumed = "";
  for (const line of rated.lines) {
    cost += line.cost;
    assumed = line.assumed ?? assumed;
  }
  if (!fitsMoney(cost)) return orGateway(call, "cost_too_large", name);
  const firm = quality !== "final" ? `usage_${quality}` : isUsagePartial(call.data) ? "usage_partial" : "";
  const note = assumed || firm;
  return {
    cost: cost as Money,
    status: note === "" ? "rated" : "estimated",
    note,
    priceId: row.id,
    modelCanonical: name.model,
    discountId: discount?.id ?? null,
    lines: rated.lines,
  };
}

/** A record that asked no model anything: free at every provider, or a route beside the models that used nothing. */
export function asksNoModel(data: RatableData): boolean {
  if (FREE_OPERATIONS.has(data.operation)) return true;
  return NO_MODEL_OPERATIONS.has(data.operation) && data.gateway_cost === null && usedNothing(data);
}

function isUnbilled(data: RatableData): boolean {
  if (asksNoModel(data) || data.outcome === "cached") return true;
  return UNBILLED_WITHOUT_USAGE.has(data.outcome) && usedNothing(data);
}

/** Nothing known to be used: every meter is 0 or unknown. */
function usedNothing({ meters, parts }: RatableData): boolean {
  return RATED_METERS.every((meter) => !meters[meter]) && meters.other.length === 0 && parts.length === 0;
}

/** A usage of 0 beside a cost above 0 was not counted (LiteLLM's pass-through routes log such): not a free call. */
function isUsageMissing(data: RatableData): boolean {
  if (data.usage_quality === "missing") return true;
  if (usedNothing(data) && Number(data.gateway_cost?.amount ?? 0) > 0) return true;
  return data.meters.other.length === 0 && TOKEN_METERS.every((meter) => data.meters[meter] === null);
}

/** An answer was made, and one of its two sides was not counted: what the other side cost is a lower bound. */
function isUsagePartial({ operation, meters }: RatableData): boolean {
  return operation === "generate" && (meters.input_tokens === null || meters.output_tokens === null);
}

function promptTokens({ meters }: RatableData): number {
  const parts = TOKEN_METERS.filter((meter) => meter !== "output_tokens").map((meter) => meters[meter] ?? 0);
  return parts.reduce((sum, part) => sum + part, 0);
}

/**
 * US-only inference is stated by the usage; otherwise the model's name or the region may tell the endpoint. On Vertex
 * the region is the endpoint's own location, so any but `global` is a regional or multi-region one; on Bedrock it is
 * where the call was sent from, which says nothing of the profile.
 */
function geoScopeOf(data: RatableData, name: CanonicalModel) {
  if (data.inference_geo === "us") return "us";
  if (name.geoScope !== null) return name.geoScope;
  if (data.region === "global") return "global";
  return data.platform === "vertex" && data.region !== null ? "regional" : null;
}

/** The gateway's figure where the source lets it stand; a 0 beside used tokens is "not known", not free. */
function orGateway(call: RatableCall, note: string, name: CanonicalModel): Rating {
  const { gateway_cost: figure } = call.data;
  const amount = figure?.currency === "USD" ? parseMoney(figure.amount) : null;
  const stands = call.source.allow_gateway_cost && amount?.ok === true && amount.value > 0n;
  return stands
    ? plainRating(amount.value, "gateway", note, name)
    : plainRating(null, "unpriced", note, name);
}

/** One that no price row has a part in. */
function plainRating(
  cost: Money | null,
  status: CostStatus,
  note: string,
  { model }: CanonicalModel,
): Rating {
  return { cost, status, note, priceId: null, modelCanonical: model, discountId: null, lines: [] };
}
