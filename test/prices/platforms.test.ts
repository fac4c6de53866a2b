import { describe, expect, test } from "vitest";
import { createPriceBook } from "#core/price-book.ts";
import { priceQuery } from "#test/core/price-rows.ts";
import { ratesIn } from "#test/prices/rates-in.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const rows = shippedPrices();
const ratesOf = ratesIn(createPriceBook(rows));
const NOW = "2026-11-23T12:00:00.000Z";

describe("the same model on other platforms", () => {
  const global = { geoScope: "global" } as const;
  const regional = { geoScope: "regional" } as const;
  test.each<[string, Parameters<typeof priceQuery>[0], string]>([
    ["claude-opus-5-5", { platform: "bedrock", ...global }, "4 20 5 8 0.2"],
    ["claude-opus-5-5", { platform: "bedrock", ...regional }, "4.4 22 5.5 8.8 0.22"],
    ["claude-fable-5-1", { platform: "bedrock", ...regional }, "11 55 13.75 22 0.275"],
    ["claude-sonnet-5-5", { platform: "bedrock", ...regional }, "2.2 11 2.75  "],
    ["claude-sonnet-5-5", { platform: "bedrock", ...global }, "none"],
    ["claude-haiku-5-5", { platform: "bedrock", ...global }, "none"],
    ["claude-opus-4-1", { platform: "bedrock" }, "15 75 18.75  1.5"],
    // GovCloud has prices of its own, which the book does not have.
    ["claude-opus-4-1", { platform: "bedrock", geoScope: "gov" }, "none"],
    ["claude-sonnet-5", { platform: "vertex", ...global }, "2 10 2.5 4 0.2"],
    ["claude-sonnet-5", { platform: "vertex", ...regional }, "2.2 11 2.75 4.4 0.22"],
    ["claude-opus-5-5", { platform: "vertex", ...global }, "4 20 5  0.2"],
    ["claude-opus-4-1", { platform: "vertex", ...regional }, "15 75 18.75 30 1.5"],
    ["claude-sonnet-4-5", { platform: "vertex", ...global, promptTokens: 200_001 }, "6 22.5 7.5  0.6"],
    ["claude-opus-5", { platform: "vertex" }, "none"],
    ["claude-fable-5-2", { platform: "vertex", ...global }, "none"],
    ["claude-opus-5", { platform: "foundry" }, "5 25 6.25 10 0.5"],
    ["claude-opus-5", { platform: "foundry", geoScope: "us" }, "5.5 27.5 6.875 11 0.55"],
    ["claude-sonnet-5-5", { platform: "foundry" }, "2 10 2.5 4 0.1"],
    ["claude-haiku-5-5", { platform: "foundry", promptTokens: 100_001 }, "0.5 2.5 0.625 1 0.05"],
    ["gemini-2.5-pro", { platform: "google", promptTokens: 200_000 }, "1.25 10   0.125"],
    ["gemini-2.5-pro", { platform: "google", promptTokens: 200_001 }, "2.5 15   0.25"],
    ["gemini-3.5-flash", { platform: "vertex", ...global }, "1.5 9   0.15"],
    ["gemini-3.5-flash", { platform: "vertex", ...regional }, "none"],
    ["gpt-5.4", { platform: "openai", promptTokens: 272_000 }, "2.5 15   0.25"],
    ["gpt-5.4", { platform: "openai", promptTokens: 272_001 }, "5 22.5   0.5"],
  ])("%s: %j", (model, query, rates) => {
    expect(ratesOf(priceQuery({ model, at: NOW, ...query }))).toBe(rates);
  });

  test("every Claude model with a regional row on Vertex or Bedrock has no row for any endpoint there", () => {
    const clouds = rows.filter(({ platform, status }) => platform !== "foundry" && status !== "cancelled");
    const regionalOnes = clouds.filter(({ geo_scope }) => geo_scope === "regional");
    for (const { platform, model } of regionalOnes)
      expect(
        clouds.filter((row) => row.platform === platform && row.model === model && row.geo_scope === "any"),
      ).toEqual([]);
  });
});
