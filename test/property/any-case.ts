import { ResponseData } from "#core/event-data.ts";
import { RATED_METERS, TOKEN_METERS } from "#core/meters.ts";
import type { RatableCall } from "#core/rating.ts";
import { type DiscountSetting, discountRule } from "#core/settings/discount.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import type { seeded } from "#test/core/seeded.ts";

type Random = ReturnType<typeof seeded>;
export interface RatingCase {
  readonly prices: readonly PriceSetting[];
  readonly discounts: readonly DiscountSetting[];
  readonly call: RatableCall;
}

/** Few values each, so that rows fit, beat and contradict one another, and edges are met to the millisecond. */
const MODELS = ["claude-opus-5", "claude-opus-5", "an-operators-own"];
const PLATFORMS = ["anthropic-api", "anthropic-api", "vertex"];
const ACCOUNTS = [null, null, "acme"];
const MOMENTS = ["2026-01-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z", "2026-06-01T00:00:00.001Z"];
const TIERS = ["standard", "standard", "standard", "batch"] as const;
const SPEEDS = ["standard", "standard", "standard", "fast"] as const;
const BANDS: readonly [above: number, max: number | null][] = [
  [0, null],
  [0, null],
  [0, 200_000],
  [200_000, null],
];

/** A rate with up to 6 places; now and then 0, and one in twenty not stated. */
function anyRate({ below }: Random): string | null {
  if (below(20) === 0) return null;
  if (below(8) === 0) return "0";
  const places = below(7);
  const whole = below(12) === 0 ? 999_999_999_999 : below(1000);
  return places === 0 ? `${whole}` : `${whole}.${`${below(10 ** places)}`.padStart(places, "0")}`;
}

const rates = (random: Random) =>
  Object.fromEntries(TOKEN_METERS.map((meter) => [meter, anyRate(random)] as const));

/** Mostly what the call has, or no row would ever fit. */
function near<Value>({ pick, below }: Random, own: Value, others: readonly Value[]): Value {
  return below(8) === 0 ? pick(others) : own;
}

function anyPrice(random: Random, at: number, { data }: RatableCall): PriceSetting {
  const { pick, below } = random;
  const from = pick(MOMENTS);
  const [above, max] = pick(BANDS);
  return priceRow(`price-${at}`, {
    account: pick(ACCOUNTS),
    platform: near(random, data.platform, PLATFORMS),
    model: near(random, data.model ?? "", MODELS),
    geo_scope: pick(["any", "any", "any", "us", "global", "regional"] as const),
    speed: near(random, data.speed ?? "standard", SPEEDS),
    service_tier: near(random, data.service_tier ?? "standard", TIERS),
    prompt_tokens_above: above,
    prompt_tokens_max: max,
    effective_from: from,
    effective_to: pick([null, null, "2026-07-01T00:00:00.000Z"]),
    status: below(10) === 0 ? "cancelled" : "active",
    usd_per_mtok: rates(random),
    usd_per_request: { web_search_requests: anyRate(random) },
    usd_per_unit: { image: anyRate(random) ?? "1", hour: "0.000001" },
  });
}

function anyDiscount(random: Random, at: number, { data }: RatableCall): DiscountSetting {
  const { pick, below } = random;
  const isPercent = below(2) === 0;
  const percent = pick(["10", "33.3333", "0.0001", "100", "17.5"]);
  return discountRow(`discount-${at}`, {
    account: pick(ACCOUNTS),
    platform: near(random, isPercent ? null : data.platform, PLATFORMS),
    model: near(random, isPercent ? pick([null, data.model]) : data.model, MODELS),
    geo_scope: pick([null, null, null, "us", "global"]),
    speed: near(random, null, SPEEDS),
    service_tier: near(random, null, TIERS),
    effective_from: pick(MOMENTS),
    effective_to: pick([null, null, "2026-07-01T00:00:00.000Z"]),
    status: below(10) === 0 ? "cancelled" : "active",
    ...(isPercent
      ? { percent }
      : { usd_per_mtok: rates(random), usd_per_request: { web_search_requests: anyRate(random) } }),
  });
}

function anyQuantity({ pick, below }: Random): number | null {
  return pick([null, 0, 1, below(1000), below(300_000), below(2 ** 31), Number.MAX_SAFE_INTEGER]);
}

function anyCall(random: Random): RatableCall {
  const { pick, below } = random;
  const isUsed = below(12) > 0;
  const any = RATED_METERS.map((meter) => [meter, isUsed ? anyQuantity(random) : pick([null, 0])] as const);
  // Now and then the very edge of a band.
  const edge = { input_tokens: 150_000 + below(2), cache_read_tokens: 50_000, output_tokens: below(1000) };
  const meters = below(12) === 0 ? edge : Object.fromEntries(any);
  const other = Array.from({ length: isUsed && below(4) === 0 ? 1 + below(2) : 0 }, () => ({
    unit: pick(["image", "hour", "hour", "toString"]),
    quantity: pick(["1", "0.25", "0.000000000001", "1234567.000000500001", "0.5000005", "9".repeat(20)]),
  }));
  const atMs = Date.parse(pick([...MOMENTS, "2026-07-01T00:00:00.000Z"])) + pick([-1, 0, 0, 1]);
  const data = ResponseData.parse({
    gateway: "test",
    platform: pick(PLATFORMS),
    model: pick([...MODELS, ...MODELS, "nobody-knows-it"]),
    started_at: new Date(atMs).toISOString(),
    operation: pick([...Array(12).fill("generate"), "embed", "count_tokens"]),
    outcome: pick([...Array(12).fill("success"), "aborted", "error", "cached"]),
    usage_quality: pick([...Array(12).fill("final"), "provisional", "estimated", "missing"]),
    speed: pick([null, ...SPEEDS]),
    service_tier: pick([null, ...TIERS]),
    inference_geo: pick([null, null, "us", "eu"]),
    region: pick([null, null, "global", "europe-west1"]),
    gateway_cost: pick([
      null,
      null,
      { amount: "0.123456789012", currency: "USD" },
      { amount: "0", currency: "USD" },
      { amount: "5", currency: "EUR" },
    ]),
    meters: { ...meters, other },
  });
  return {
    data,
    eventTimeMs: atMs,
    source: { allow_gateway_cost: below(3) === 0, account: pick([...ACCOUNTS, "other"]) },
  };
}

/** A book of up to twelve price rows and up to four discounts, each allowed by its rule, and one call. */
export function anyCase(random: Random): RatingCase {
  const call = anyCall(random);
  const prices = Array.from({ length: random.below(13) }, (_, at) => anyPrice(random, at, call));
  const discounts = Array.from({ length: random.below(2) * random.below(5) }, (_, at) =>
    anyDiscount(random, at, call),
  );
  return {
    prices,
    discounts: discounts.filter((discount) => discountRule(discount, null) === null),
    call,
  };
}
