import type { RatedMeter } from "#core/meters.ts";

/** What FOCUS and its draft for AI calls a meter. */
export interface MeterWords {
  readonly meter: string;
  readonly sku: string;
  readonly unit: "Tokens" | "Requests";
  readonly details: Readonly<Record<string, string>>;
}

export const METER_WORDS: Readonly<Record<RatedMeter, MeterWords>> = {
  input_tokens: {
    meter: "Input Tokens",
    sku: "input",
    unit: "Tokens",
    details: { x_TokenDirection: "Input", x_TokenCacheAction: "Uncached" },
  },
  cache_read_tokens: {
    meter: "Cache Read Input Tokens",
    sku: "cache-read",
    unit: "Tokens",
    details: { x_TokenDirection: "Input", x_TokenCacheAction: "Read" },
  },
  cache_write_5m_tokens: {
    meter: "Cache Write Input Tokens",
    sku: "cache-write-5m",
    unit: "Tokens",
    details: { x_TokenDirection: "Input", x_TokenCacheAction: "Write", x_CacheTtl: "5m" },
  },
  cache_write_1h_tokens: {
    meter: "Cache Write Input Tokens",
    sku: "cache-write-1h",
    unit: "Tokens",
    details: { x_TokenDirection: "Input", x_TokenCacheAction: "Write", x_CacheTtl: "1h" },
  },
  cache_write_tokens: {
    meter: "Cache Write Input Tokens",
    sku: "cache-write",
    unit: "Tokens",
    details: { x_TokenDirection: "Input", x_TokenCacheAction: "Write" },
  },
  output_tokens: {
    meter: "Output Tokens",
    sku: "output",
    unit: "Tokens",
    details: { x_TokenDirection: "Output" },
  },
  web_search_requests: { meter: "Web Search Requests", sku: "web-search", unit: "Requests", details: {} },
};
