import { describe, expect, test } from "vitest";
import type { TokenMeter } from "#core/meters.ts";
import { createPriceBook } from "#core/price-book.ts";
import { priceQuery } from "#test/core/price-rows.ts";
import { type Ratio, ratio, same, times } from "#test/core/ratio.ts";
import { ratesIn } from "#test/prices/rates-in.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const rows = shippedPrices();
const ratesOf = ratesIn(createPriceBook(rows));

const NOW = "2026-11-23T12:00:00.000Z";

describe("list prices as of 2026-11-23: input, output, write 5m, write 1h, read", () => {
  test.each([
    ["claude-fable-5-2", "8 40 10 16 0.2"],
    ["claude-fable-5-1", "10 50 12.5 20 0.25"],
    ["claude-fable-5", "10 50 12.5 20 1"],
    ["claude-mythos-5-1", "10 50 12.5 20 0.25"],
    ["claude-mythos-5", "10 50 12.5 20 1"],
    ["claude-opus-5-5", "4 20 5 8 0.2"],
    ["claude-opus-5", "5 25 6.25 10 0.5"],
    ["claude-opus-4-8", "5 25 6.25 10 0.5"],
    ["claude-opus-4-7", "5 25 6.25 10 0.5"],
    ["claude-opus-4-6", "5 25 6.25 10 0.5"],
    ["claude-opus-4-5", "5 25 6.25 10 0.5"],
    ["claude-opus-4-1", "15 75 18.75 30 1.5"],
    ["claude-opus-4", "15 75 18.75 30 1.5"],
    ["claude-sonnet-5-5", "2 10 2.5 4 0.1"],
    ["claude-sonnet-5", "2 10 2.5 4 0.2"],
    ["claude-sonnet-4-6", "3 15 3.75 6 0.3"],
    ["claude-sonnet-4-5", "3 15 3.75 6 0.3"],
    ["claude-sonnet-4", "3 15 3.75 6 0.3"],
    ["claude-3-7-sonnet", "3 15 3.75 6 0.3"],
    ["claude-3-5-sonnet", "3 15 3.75 6 0.3"],
    ["claude-haiku-5-5", "0.1 0.5 0.125 0.2 0.01"],
    ["claude-haiku-4-5", "1 5 1.25 2 0.1"],
    ["claude-3-5-haiku", "0.8 4 1 1.6 0.08"],
    ["claude-3-haiku", "0.25 1.25 0.3 0.5 0.03"],
    ["claude-3-opus", "15 75 18.75 30 1.5"],
  ])("%s", (model, rates) => {
    expect(ratesOf(priceQuery({ model, at: NOW }))).toBe(rates);
  });

  test.each([
    ["gpt-4o", "2.5 10   1.25"],
    ["gpt-4.1-mini", "0.4 1.6   0.1"],
    ["gpt-5", "1.25 10   0.125"],
  ])("%s, whose maker does not bill cache writes", (model, rates) => {
    expect(ratesOf(priceQuery({ model, platform: "openai", at: NOW }))).toBe(rates);
  });
});

describe("what changed on a day changed at its first millisecond", () => {
  test.each<[string, string, Parameters<typeof priceQuery>[0], string, string]>([
    [
      "Sonnet 5.5's reads were cut within a month",
      "2026-10-07",
      { model: "claude-sonnet-5-5" },
      "2 10 2.5 4 0.2",
      "2 10 2.5 4 0.1",
    ],
    [
      "Sonnet 5's rise was called off",
      "2026-09-01",
      { model: "claude-sonnet-5" },
      "2 10 2.5 4 0.2",
      "2 10 2.5 4 0.2",
    ],
    [
      "fast Opus 4.8 ends",
      "2026-11-30",
      { model: "claude-opus-4-8", speed: "fast" },
      "10 50 12.5 20 1",
      "none",
    ],
    [
      "long prompts of Opus 4.6 became as cheap as others",
      "2026-03-13",
      { model: "claude-opus-4-6", promptTokens: 200_001 },
      "10 37.5 12.5 20 1",
      "5 25 6.25 10 0.5",
    ],
    [
      "and of Sonnet 4.6",
      "2026-03-13",
      { model: "claude-sonnet-4-6", promptTokens: 200_001 },
      "6 22.5 7.5 12 0.6",
      "3 15 3.75 6 0.3",
    ],
    ["Opus 5 began", "2026-07-24", { model: "claude-opus-5" }, "none", "5 25 6.25 10 0.5"],
    ["Opus 5.5 began", "2026-09-22", { model: "claude-opus-5-5" }, "none", "4 20 5 8 0.2"],
    ["Fable 5.2 began", "2026-11-09", { model: "claude-fable-5-2" }, "none", "8 40 10 16 0.2"],
  ])("%s: %s", (_name, day, query, before, after) => {
    const dayMs = Date.parse(`${day}T00:00:00.000Z`);
    expect(ratesOf({ ...priceQuery(query), atMs: dayMs - 1 })).toBe(before);
    expect(ratesOf({ ...priceQuery(query), atMs: dayMs })).toBe(after);
  });

  test("the rise that never came is kept, cancelled, with what it would have been", () => {
    const [rise, ...others] = rows.filter(
      ({ model, status }) => model === "claude-sonnet-5" && status === "cancelled",
    );
    expect(others).toEqual([]);
    expect(rise).toMatchObject({
      effective_from: "2026-09-01T00:00:00.000Z",
      usd_per_mtok: { input_tokens: "3", output_tokens: "15", cache_read_tokens: "0.3" },
    });
  });
});

describe("a long prompt", () => {
  test.each([
    ["claude-haiku-5-5", 100_000, "0.1 0.5 0.125 0.2 0.01", "0.5 2.5 0.625 1 0.05"],
    ["claude-sonnet-4-5", 200_000, "3 15 3.75 6 0.3", "6 22.5 7.5 12 0.6"],
    // The source states no 1-hour write above the edge, so there is none.
    ["claude-sonnet-4", 200_000, "3 15 3.75 6 0.3", "6 22.5 7.5  0.6"],
    ["claude-opus-5", 900_000, "5 25 6.25 10 0.5", "5 25 6.25 10 0.5"],
  ])("of %s above %i tokens", (model, edge, upTo, above) => {
    expect(ratesOf(priceQuery({ model, at: NOW, promptTokens: edge }))).toBe(upTo);
    expect(ratesOf(priceQuery({ model, at: NOW, promptTokens: edge + 1 }))).toBe(above);
  });
});

describe("what multiplies", () => {
  const fast = { speed: "fast" } as const;
  const batch = { serviceTier: "batch" } as const;
  const us = { geoScope: "us" } as const;
  test.each<[string, Parameters<typeof priceQuery>[0], string]>([
    ["batch is half", { ...batch, model: "claude-opus-5" }, "2.5 12.5 3.125 5 0.25"],
    [
      "batch of the long band",
      { ...batch, model: "claude-haiku-5-5", promptTokens: 100_001 },
      "0.25 1.25 0.3125 0.5 0.025",
    ],
    ["the US is 1.1 times", { ...us, model: "claude-opus-5" }, "5.5 27.5 6.875 11 0.55"],
    ["both", { ...us, ...batch, model: "claude-opus-5" }, "2.75 13.75 3.4375 5.5 0.275"],
    ["not before the 4.6 generation", { ...us, model: "claude-opus-4-5" }, "5 25 6.25 10 0.5"],
    ["fast is double", { ...fast, model: "claude-opus-5-5" }, "8 40 10 16 0.4"],
    ["fast in the US", { ...fast, ...us, model: "claude-opus-5" }, "11 55 13.75 22 1.1"],
    ["fast is not sold in batches", { ...fast, ...batch, model: "claude-opus-5" }, "none"],
    ["nor of every model", { ...fast, model: "claude-sonnet-5-5" }, "none"],
    [
      "a region of Bedrock is 1.1 times",
      { platform: "bedrock", model: "claude-sonnet-5", geoScope: "regional" },
      "2.2 11 2.75 4.4 0.22",
    ],
    [
      "its global endpoint is not",
      { platform: "bedrock", model: "claude-sonnet-5", geoScope: "global" },
      "2 10 2.5 4 0.2",
    ],
    ["an endpoint nobody named is not guessed at", { platform: "bedrock", model: "claude-sonnet-5" }, "none"],
  ])("%s: %j", (_name, query, rates) => {
    expect(ratesOf(priceQuery({ at: NOW, ...query }))).toBe(rates);
  });

  const METERS: readonly TokenMeter[] = [
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
  ];
  const factorFrom = (other: Partial<(typeof rows)[number]>, row: (typeof rows)[number]) => {
    const same = { ...row, ...other };
    return rows.find(
      (base) =>
        base.status === row.status &&
        base.effective_from === same.effective_from &&
        base.prompt_tokens_above === same.prompt_tokens_above &&
        [base.platform, base.model, base.geo_scope, base.speed, base.service_tier].join() ===
          [same.platform, same.model, same.geo_scope, same.speed, same.service_tier].join(),
    );
  };

  /** What no source states for a global profile: Bedrock's Sonnet 5.5 is known by its regional rates alone. */
  const WITHOUT_BASE = (row: (typeof rows)[number]) =>
    row.platform === "bedrock" && row.model === "claude-sonnet-5-5";

  test.each<[string, Partial<(typeof rows)[number]>, Partial<(typeof rows)[number]>, string, number]>([
    ["batch", { service_tier: "batch" }, { service_tier: "standard" }, "0.5", 30],
    ["fast", { speed: "fast" }, { speed: "standard" }, "2", 8],
    ["US", { geo_scope: "us" }, { geo_scope: "any" }, "1.1", 30],
    ["regional", { geo_scope: "regional", status: "active" }, { geo_scope: "global" }, "1.1", 25],
  ])("every %s row is its base row times the factor, to the digit", (_name, is, base, factor, atLeast) => {
    const chosen = rows
      .filter((row) => Object.entries(is).every(([key, value]) => row[key as "id"] === value))
      .filter((row) => !WITHOUT_BASE(row));
    expect(chosen.length).toBeGreaterThanOrEqual(atLeast);
    for (const row of chosen) {
      const from = factorFrom(base, row);
      const wrong = METERS.filter((meter) => {
        const [low, high] = [from?.usd_per_mtok[meter], row.usd_per_mtok[meter]];
        // What is not known of the base is not known of the other either.
        if (low === null && high === null) return false;
        return !low || !high || !same(times(ratio(low), ratio(factor)), ratio(high));
      });
      expect([row.id, wrong]).toEqual([row.id, []]);
      // What is not a token is never multiplied.
      expect(row.usd_per_request).toEqual(from?.usd_per_request);
    }
  });
});

describe("caches and what is not a token", () => {
  const claude = rows.filter(
    ({ model, id }) => model.startsWith("claude-") && !id.includes("claude-3-haiku"),
  );

  test("a write costs 1.25 or 2 times the input, whatever a read costs", () => {
    for (const { id, usd_per_mtok: rates } of claude) {
      const input = ratio(rates.input_tokens ?? "");
      expect([id, same(ratio(rates.cache_write_5m_tokens ?? ""), times(input, ratio("1.25")))]).toEqual([
        id,
        true,
      ]);
      if (rates.cache_write_1h_tokens !== null)
        expect([id, same(ratio(rates.cache_write_1h_tokens), times(input, ratio("2")))]).toEqual([id, true]);
    }
  });

  /** A tenth of the input, unless the model is one of those whose reads are cheaper. */
  function readFactor({ model, effective_from: from }: (typeof rows)[number]): Ratio {
    if (["claude-fable-5-1", "claude-mythos-5-1", "claude-fable-5-2"].includes(model)) return ratio("0.025");
    if (model === "claude-opus-5-5") return ratio("0.05");
    if (model === "claude-sonnet-5-5" && from >= "2026-10-07") return ratio("0.05");
    return ratio("0.1");
  }

  test("a read costs what its model's reads cost, where a source says so", () => {
    const unknown = claude.filter(({ usd_per_mtok: rates }) => rates.cache_read_tokens === null);
    expect(unknown.map(({ id }) => id)).toEqual([
      "bedrock:claude-sonnet-5-5:regional:2026-10-07",
      "vertex:claude-sonnet-5-5:global:2026-10-07",
      "vertex:claude-sonnet-5-5:regional:2026-10-07",
    ]);
    for (const row of claude.filter((one) => !unknown.includes(one))) {
      const { input_tokens: input, cache_read_tokens: read } = row.usd_per_mtok;
      expect([row.id, same(ratio(read ?? ""), times(ratio(input ?? ""), readFactor(row)))]).toEqual([
        row.id,
        true,
      ]);
    }
  });

  test("a thousand web searches cost 10 USD on Anthropic's platform, and an hour of a session 0.08", () => {
    const without = new Set(["claude-3-haiku", "claude-3-opus"]);
    for (const row of rows.filter(({ platform }) => platform === "anthropic-api")) {
      const search = without.has(row.model) ? null : "0.01";
      expect([row.id, row.usd_per_request.web_search_requests]).toEqual([row.id, search]);
      expect(["0.08", undefined]).toContain(row.usd_per_unit["session_hour"]);
      if (row.speed === "fast" || row.service_tier === "batch") expect(row.usd_per_unit).toEqual({});
    }
  });
});
