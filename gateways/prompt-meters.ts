import type { Meters } from "#core/meters.ts";
import type { FieldReader } from "#gateways/field-reader.ts";

export interface PromptCounts {
  readonly prompt: number | null;
  readonly read: number | null;
  /** All tokens written to a cache, and the parts of it whose lifetime is stated. */
  readonly write: number | null;
  readonly write5m: number | null;
  readonly write1h: number | null;
  /** Whether `prompt` counts what was read from and written to a cache. */
  readonly includesCache: boolean;
}

type PromptMeters = Pick<
  Meters,
  | "input_tokens"
  | "cache_read_tokens"
  | "cache_write_5m_tokens"
  | "cache_write_1h_tokens"
  | "cache_write_tokens"
>;

/**
 * A prompt's tokens in disjoint meters. Parts that are more than their whole are a fault and never guessed at:
 * an older gateway, or a source whose `input_includes_cache` is declared wrongly.
 */
export function promptMeters(counts: PromptCounts, fields: FieldReader): PromptMeters {
  const { prompt, read, write5m, write1h, includesCache } = counts;
  const split = write5m === null && write1h === null ? null : (write5m ?? 0) + (write1h ?? 0);
  const write = counts.write ?? split;
  const rest = write === null ? null : write - (split ?? 0);
  if (rest !== null && rest < 0) {
    fields.fail(
      "meters_contradict",
      `${split} tokens are in the parts of ${write} tokens written to the cache`,
    );
  }
  const uncached = prompt === null ? null : includesCache ? prompt - (read ?? 0) - (write ?? 0) : prompt;
  if (uncached !== null && uncached < 0) {
    fields.fail(
      "meters_contradict",
      `${prompt} prompt tokens are fewer than ${read ?? 0} read from and ${write ?? 0} written to the cache; if this gateway counts them apart, set input_includes_cache to false`,
    );
  }
  // Where the total is stated and its parts are not, the lifetime of all of it is unknown, unless there is none.
  const none = write === 0 ? 0 : null;
  return {
    input_tokens: uncached,
    cache_read_tokens: read,
    cache_write_5m_tokens: split === null ? none : (write5m ?? 0),
    cache_write_1h_tokens: split === null ? none : (write1h ?? 0),
    cache_write_tokens: rest,
  };
}
