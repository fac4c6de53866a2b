import type { PriceBook } from "#core/price-book.ts";
import type { PriceQuery } from "#core/price-query.ts";

/** Input, output, 5-minute write, 1-hour write and read, in USD per million tokens, as the book has them. */
export function ratesIn(book: PriceBook): (query: PriceQuery) => string {
  return (query) => {
    const found = book.find(query);
    if (found.found !== "one") return found.found;
    const rates = found.row.setting.usd_per_mtok;
    return [
      rates.input_tokens,
      rates.output_tokens,
      rates.cache_write_5m_tokens,
      rates.cache_write_1h_tokens,
      rates.cache_read_tokens,
    ].join(" ");
  };
}
