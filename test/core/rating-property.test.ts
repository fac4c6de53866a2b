import { describe, expect, test } from "vitest";
import { ResponseData } from "#core/event-data.ts";
import { RATED_METERS, type RatedMeter, TOKEN_METERS } from "#core/meters.ts";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { type Rating, rate } from "#core/rating.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { plus, type Ratio, ratio, same, times } from "#test/core/ratio.ts";
import { seeded } from "#test/core/seeded.ts";

type Meters = Partial<ResponseData["meters"]>;
const AT = "2026-06-01T00:00:00.000Z";
const random = seeded(1_063_761);
const NOTHING_STATED = Object.fromEntries(RATED_METERS.map((meter) => [meter, null])) as Record<
  RatedMeter,
  null
>;

function rated(rows: readonly PriceSetting[], meters: Meters, more: Partial<ResponseData> = {}): Rating {
  const data = ResponseData.parse({
    gateway: "test",
    platform: "anthropic-api",
    model: "claude-opus-5",
    started_at: AT,
    outcome: "success",
    meters,
    ...more,
  });
  const source = { allow_gateway_cost: false };
  return rate(createPriceBook(rows), { data, eventTimeMs: Date.parse(AT), source });
}

/** A rate with up to 6 places; now and then 0, and `none` times in 8 not stated. */
function anyRate(none: number): string | null {
  if (random.below(8) < none) return null;
  if (random.below(8) === 0) return "0";
  const places = random.below(7);
  return places === 0
    ? `${random.below(1000)}`
    : `${random.below(1000)}.${`${random.below(10 ** places)}`.padStart(places, "0")}`;
}

function anyRow(none = 0): PriceSetting {
  return priceRow("row", {
    usd_per_mtok: Object.fromEntries(TOKEN_METERS.map((meter) => [meter, anyRate(none)])),
    usd_per_request: { web_search_requests: anyRate(none) },
    usd_per_unit: { image: "0.04", session_hour: "0.08" },
  });
}

function anyQuantity(): number | null {
  return random.pick([null, 0, 1, random.below(1000), random.below(2 ** 31), Number.MAX_SAFE_INTEGER]);
}

function anyMeters(): Record<RatedMeter, number | null> {
  const all = RATED_METERS.map((meter) => [meter, anyQuantity()] as const);
  return Object.fromEntries(all) as Record<RatedMeter, number | null>;
}

/** What the row asks for one of a meter; a write of unknown lifetime goes by the 5-minute rate where none is stated. */
function rateOf(row: PriceSetting, meter: RatedMeter): Ratio | null {
  if (meter === "web_search_requests") {
    const perRequest = row.usd_per_request.web_search_requests;
    return perRequest === null ? null : ratio(perRequest);
  }
  const stated =
    row.usd_per_mtok[meter] ??
    (meter === "cache_write_tokens" ? row.usd_per_mtok.cache_write_5m_tokens : null);
  return stated === null ? null : times(ratio(stated), { over: 1n, under: 1_000_000n });
}

/** The cost on paper, or null where a used meter has no rate. */
function onPaper(row: PriceSetting, meters: Record<RatedMeter, number | null>): Ratio | null {
  let sum: Ratio = { over: 0n, under: 1n };
  for (const meter of RATED_METERS) {
    const quantity = meters[meter] ?? 0;
    const each = rateOf(row, meter);
    if (quantity > 0 && each === null) return null;
    if (each !== null) sum = plus(sum, times(each, ratio(`${quantity}`)));
  }
  return sum;
}

describe("for any row and any meters", () => {
  test("the cost is the one on paper to the last digit, and where a rate is missing there is none", () => {
    const seen = { priced: 0, unpriced: 0, missing: 0 };
    for (let round = 0; round < 4_000; round++) {
      const row = anyRow(random.below(3));
      const meters =
        round % 8 === 0 ? { ...NOTHING_STATED, web_search_requests: anyQuantity() } : anyMeters();
      const result = rated([row], meters);
      const expected = onPaper(row, meters);
      if (TOKEN_METERS.every((meter) => meters[meter] === null)) {
        expect(result).toMatchObject({ cost: null, status: "unpriced", note: "usage_missing" });
        seen.missing += 1;
      } else if (expected === null) {
        expect(result).toMatchObject({ cost: null, status: "unpriced", priceId: null });
        expect(result.note).toMatch(/^rate_missing:/);
        seen.unpriced += 1;
      } else {
        expect(result.priceId).toBe("row");
        if (result.cost === null) throw new Error(`${result.note}: ${JSON.stringify({ row, meters })}`);
        expect(same(ratio(formatMoney(result.cost)), expected)).toBe(true);
        seen.priced += 1;
      }
    }
    // Otherwise the loop above proves nothing.
    expect(seen.priced).toBeGreaterThan(1000);
    expect(seen.unpriced).toBeGreaterThan(300);
    expect(seen.missing).toBe(500);
  });

  test("a call cut in two costs what it cost whole", () => {
    for (let round = 0; round < 1_000; round++) {
      const row = anyRow();
      const whole = RATED_METERS.map((meter) => [meter, random.below(2 ** 31)] as const);
      const part = whole.map(([meter, quantity]) => [meter, random.below(quantity + 1)] as const);
      const rest = whole.map(([meter, quantity], at) => [meter, quantity - (part[at]?.[1] ?? 0)] as const);
      const cost = (meters: typeof whole) => rated([row], Object.fromEntries(meters)).cost ?? -1n;
      expect(cost(part) + cost(rest)).toBe(cost(whole));
    }
  });

  test("a meter that nobody stated and one that is 0 cost the same, as long as something was stated", () => {
    for (let round = 0; round < 500; round++) {
      const row = anyRow(1);
      const meters = { ...anyMeters(), output_tokens: random.below(1000) };
      const zeros = Object.fromEntries(RATED_METERS.map((meter) => [meter, meters[meter] ?? 0]));
      const stated = rated([row], zeros);
      // Only whether it can be relied upon is told apart: with the prompt not counted it is a lower bound.
      const isPartial = stated.status === "rated" && meters["input_tokens"] === null;
      expect(rated([row], meters)).toEqual(
        isPartial ? { ...stated, status: "estimated", note: "usage_partial" } : stated,
      );
    }
  });

  test("thinking is a part of the output and costs nothing more", () => {
    for (let round = 0; round < 200; round++) {
      const row = anyRow();
      const output = random.below(100_000);
      const meters = { output_tokens: output, input_tokens: 3 };
      const thought = rated([row], { ...meters, thinking_tokens: random.below(output + 1) });
      expect(thought).toEqual(rated([row], meters));
    }
  });

  test("neither the order of the rows nor that of the open meters matters", () => {
    const other = [
      { unit: "image", quantity: "3" },
      { unit: "session_hour", quantity: "0.25" },
      { unit: "image", quantity: "0.000000000013" },
    ];
    for (let round = 0; round < 200; round++) {
      const rows = [anyRow(), { ...anyRow(), id: "later", effective_from: "2026-02-01T00:00:00.000Z" }];
      const meters = { ...anyMeters(), input_tokens: 7 };
      const { lines, ...forth } = rated(rows, { ...meters, other });
      const { lines: back, ...same } = rated(rows.toReversed(), { ...meters, other: other.toReversed() });
      expect(same).toEqual(forth);
      expect(new Set(back)).toEqual(new Set(lines));
      expect(forth.priceId).toBe("later");
    }
  });
});

describe("open meters", () => {
  const row = priceRow("row", { usd_per_unit: { image: "0.04", session_hour: "0.08", dust: "0.000001" } });
  const cost = (unit: string, quantity: string) => {
    const result = rated([row], { other: [{ unit, quantity }] });
    return result.cost === null ? result.note : formatMoney(result.cost);
  };

  test.each([
    ["image", "3", "0.12"],
    ["session_hour", "0.25", "0.02"],
    ["session_hour", "0.000000000001", "0"],
    // Half of 1e-12 USD goes to the even neighbour.
    ["dust", "0.0000005", "0"],
    ["dust", "0.0000015", "0.000000000002"],
    ["dust", "0.0000025", "0.000000000002"],
    ["dust", "0.000002500001", "0.000000000003"],
    ["image", "0", "0"],
  ])("%s x %s costs %s", (unit, quantity, expected) => {
    expect(cost(unit, quantity)).toBe(expected);
  });

  test.each(["video", "constructor", "__proto__", "toString", "hasOwnProperty"])(
    "a unit that no row prices is unpriced, also where every object has the name: %s",
    (unit) => {
      expect(cost(unit, "1")).toBe(`rate_missing:${unit}`);
    },
  );

  test("a cost that the column cannot hold is unpriced, not cut", () => {
    const dear = priceRow("dear", { usd_per_unit: { image: "999999999999" } });
    const result = (quantity: string) => rated([dear], { other: [{ unit: "image", quantity }] });
    expect(result("9".repeat(20))).toMatchObject({ cost: null, status: "unpriced", note: "cost_too_large" });
    expect(formatMoney(result("1".repeat(13)).cost ?? (0n as never))).toBe("1111111111109888888888889");
  });
});
