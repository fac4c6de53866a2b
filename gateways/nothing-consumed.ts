import type { Meters } from "#core/meters.ts";

/**
 * The meters of a reply from a gateway's own cache. The record repeats the counts of the call that first made the
 * answer; the provider was not asked again, so nothing was consumed.
 */
export const NOTHING_CONSUMED: Meters = {
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  thinking_tokens: null,
  web_search_requests: 0,
  other: [],
};
