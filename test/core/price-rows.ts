import type { PriceQuery } from "#core/price-query.ts";
import { PriceSetting } from "#core/settings/price.ts";

type Row = Partial<Omit<PriceSetting, "usd_per_mtok">> & {
  readonly usd_per_mtok?: Partial<PriceSetting["usd_per_mtok"]>;
};

/** A price row of a test, read as a file's would be: 5 USD in and 25 out from 2026-01-01 on unless told otherwise. */
export function priceRow(id: string, more: Row = {}): PriceSetting {
  return PriceSetting.parse({
    id,
    platform: "anthropic-api",
    model: "claude-opus-5",
    effective_from: "2026-01-01T00:00:00.000Z",
    usd_per_mtok: { input_tokens: "5", output_tokens: "25" },
    sources: ["a test"],
    ...more,
  });
}

/** A question that `priceRow` answers. */
export function priceQuery(
  more: Partial<Omit<PriceQuery, "atMs">> & { readonly at?: string } = {},
): PriceQuery {
  const { at = "2026-06-01T00:00:00.000Z", ...rest } = more;
  return {
    account: null,
    platform: "anthropic-api",
    model: "claude-opus-5",
    atMs: Date.parse(at),
    speed: "standard",
    serviceTier: "standard",
    geoScope: null,
    promptTokens: 1000,
    ...rest,
  };
}
