import { RATED_METERS, type RatedMeter, TOKEN_METERS } from "#core/meters.ts";
import type { RatableCall } from "#core/rating.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { plus, type Ratio, ratio, times } from "#test/core/ratio.ts";
import type { RatingCase } from "#test/property/any-case.ts";
import { nearest12 } from "#test/property/decimal.ts";

/** What a person with docs/prices.md and a pencil arrives at. */
export interface OnPaper {
  readonly cost: string | null;
  readonly status: string;
  readonly note: string;
  readonly priceId: string | null;
  readonly discountId: string | null;
}

/**
 * The rating of one call, written down from docs/prices.md apart from the code: exact fractions instead of whole
 * numbers, and rows ranked by one word each instead of being filtered in turns.
 */
export function onPaper({ prices, discounts, call }: RatingCase): OnPaper {
  const { data } = call;
  const isUsed = RATED_METERS.some((meter) => (data.meters[meter] ?? 0) > 0) || data.meters.other.length > 0;
  if (data.operation === "count_tokens" || data.outcome === "cached") return free;
  if (data.outcome === "error" && !isUsed) return free;
  if (isUsageMissing(call, isUsed)) return asGateway(call, "usage_missing");
  const price = best(
    prices.filter((row) => isPriceFor(row, call)),
    ({ account, geo_scope, effective_from }) =>
      `${account !== null} ${geo_scope !== "any"} ${effective_from}`,
  );
  if (price === "none")
    return asGateway(call, data.model === "claude-opus-5" ? "no_price" : "unmapped_model");
  if (price === "several") return asGateway(call, "ambiguous_price");
  const discount = best(
    discounts.filter((row) => isDiscountFor(row, call) && isDiscountOf(price, row)),
    ({ account, model, platform, geo_scope, speed, service_tier, effective_from }) =>
      `${account !== null} ${model !== null} ${platform !== null} ${[geo_scope, speed, service_tier].filter((one) => one !== null).length} ${effective_from}`,
  );
  if (discount === "several") return asGateway(call, "ambiguous_discount");
  return worked(price, discount === "none" ? null : discount, call);
}

/** What everybody gets is not taken off a contract's row; a negotiated rate is for the plain variant unless it says. */
function isDiscountOf(price: PriceSetting, row: DiscountSetting): boolean {
  const isForAll = row.account === null && price.account !== null;
  if (isForAll || row.percent !== null) return !isForAll;
  const [speed, tier] = [row.speed ?? "standard", row.service_tier ?? "standard"];
  const isPlainPlace = ["any", "global"].includes(price.geo_scope);
  return price.speed === speed && price.service_tier === tier && (row.geo_scope !== null || isPlainPlace);
}

const free: OnPaper = { cost: "0", status: "rated", note: "not_billed", priceId: null, discountId: null };

function isUsageMissing({ data }: RatableCall, isUsed: boolean): boolean {
  if (data.usage_quality === "missing") return true;
  if (!isUsed && data.gateway_cost !== null && data.gateway_cost.amount !== "0") return true;
  return data.meters.other.length === 0 && TOKEN_METERS.every((meter) => data.meters[meter] === null);
}

function asGateway({ data, source }: RatableCall, note: string): OnPaper {
  const figure = data.gateway_cost;
  const stands = source.allow_gateway_cost && figure?.currency === "USD" && figure.amount !== "0";
  const rest = { note, priceId: null, discountId: null };
  return stands
    ? { cost: figure.amount, status: "gateway", ...rest }
    : { cost: null, status: "unpriced", ...rest };
}

/** The row of the highest rank; two of one rank contradict each other. */
function best<Row>(rows: readonly Row[], rankOf: (row: Row) => string): Row | "none" | "several" {
  const ranked = rows.toSorted((one, other) => (rankOf(one) < rankOf(other) ? 1 : -1));
  const [first, second] = ranked;
  if (first === undefined) return "none";
  return second !== undefined && rankOf(second) === rankOf(first) ? "several" : first;
}

function isInForce(row: PriceSetting | DiscountSetting, call: RatableCall): boolean {
  const at = new Date(call.eventTimeMs).toISOString();
  return (
    row.status !== "cancelled" &&
    row.effective_from <= at &&
    (row.effective_to === null || at < row.effective_to) &&
    [null, call.source.account ?? null].includes(row.account)
  );
}

function geoOf({ inference_geo, region, platform }: RatableCall["data"]): string | null {
  if (inference_geo === "us") return "us";
  if (region === "global") return "global";
  return platform === "vertex" && region !== null ? "regional" : null;
}

function isPriceFor(row: PriceSetting, call: RatableCall): boolean {
  const { data } = call;
  const prompt = TOKEN_METERS.filter((meter) => meter !== "output_tokens")
    .map((meter) => data.meters[meter] ?? 0)
    .reduce((sum, tokens) => sum + tokens, 0);
  // A band begins above its lower bound; one from 0 on has the empty prompt too.
  const isAbove = row.prompt_tokens_above === 0 || prompt > row.prompt_tokens_above;
  return (
    isInForce(row, call) &&
    row.platform === data.platform &&
    row.model === data.model &&
    ["any", geoOf(data)].includes(row.geo_scope) &&
    row.speed === (data.speed ?? "standard") &&
    row.service_tier === (data.service_tier ?? "standard") &&
    isAbove &&
    prompt <= (row.prompt_tokens_max ?? Number.POSITIVE_INFINITY)
  );
}

function isDiscountFor(row: DiscountSetting, call: RatableCall): boolean {
  const { data } = call;
  const anyOr = (wanted: string | null, is: string | null) => wanted === null || wanted === is;
  return (
    isInForce(row, call) &&
    anyOr(row.platform, data.platform) &&
    anyOr(row.model, data.model) &&
    anyOr(row.geo_scope, geoOf(data)) &&
    anyOr(row.speed, data.speed ?? "standard") &&
    anyOr(row.service_tier, data.service_tier ?? "standard")
  );
}

type Rates = Pick<PriceSetting, "usd_per_mtok" | "usd_per_request">;

function stated(rates: { [Key in keyof Rates]: Rates[Key] | null } | null, meter: RatedMeter): string | null {
  if (meter === "web_search_requests") return rates?.usd_per_request?.web_search_requests ?? null;
  return rates?.usd_per_mtok?.[meter] ?? null;
}

/** A rate and whether it is the 5-minute one for a write of unknown lifetime; the contract's before the list's. */
function rateFor(price: PriceSetting, discount: DiscountSetting | null, meter: RatedMeter) {
  for (const rates of [discount, price]) {
    const own = stated(rates, meter);
    if (own !== null) return { rate: own, isAssumed: false };
    const other = meter === "cache_write_tokens" ? stated(rates, "cache_write_5m_tokens") : null;
    if (other !== null) return { rate: other, isAssumed: true };
  }
  return null;
}

const less = (amount: Ratio, percent: string | null): Ratio => {
  if (percent === null) return amount;
  const { over, under } = ratio(percent);
  return ratio(nearest12(times(amount, { over: 100n * under - over, under: 100n * under })));
};

function worked(price: PriceSetting, discount: DiscountSetting | null, call: RatableCall): OnPaper {
  const { meters, usage_quality: quality, operation } = call.data;
  const percent = discount?.percent ?? null;
  let sum: Ratio = ratio("0");
  let assumed = "";
  for (const meter of RATED_METERS) {
    const quantity = meters[meter] ?? 0;
    if (quantity === 0) continue;
    const found = rateFor(price, discount, meter);
    if (found === null) return asGateway(call, `rate_missing:${meter}`);
    if (found.isAssumed) assumed = "cache_ttl_unknown";
    const per = meter === "web_search_requests" ? 1n : 1_000_000n;
    const gross = times(times(ratio(found.rate), ratio(String(quantity))), { over: 1n, under: per });
    sum = plus(sum, less(gross, percent));
  }
  for (const { unit, quantity } of meters.other) {
    const found = Object.entries(price.usd_per_unit).find(([name]) => name === unit);
    if (found === undefined) return asGateway(call, `rate_missing:${unit}`);
    const gross = ratio(nearest12(times(ratio(found[1]), ratio(quantity))));
    sum = plus(sum, less(gross, percent));
  }
  const cost = nearest12(sum);
  if ((cost.split(".")[0]?.length ?? 0) > 26) return asGateway(call, "cost_too_large");
  const isPartial =
    operation === "generate" && (meters.input_tokens === null || meters.output_tokens === null);
  const note = assumed || (quality === "final" ? (isPartial ? "usage_partial" : "") : `usage_${quality}`);
  return {
    cost,
    status: note === "" ? "rated" : "estimated",
    note,
    priceId: price.id,
    discountId: discount?.id ?? null,
  };
}
