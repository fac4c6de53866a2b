import { FALLBACK_INPUT_METERS, type FallbackRate } from "#core/fallback-rates.ts";
import { UNPRICED_SQL } from "#core/unpriced.ts";

/** How the rows are named that are summed: calls, or the sums of a rollup. */
export interface FallbackRows {
  /** How often a row counts: `sign`, or how many items a sum holds. */
  readonly items: string;
  /** A meter's tokens as the row counts them, its sign in it. */
  readonly tokens: (meter: string) => string;
}

/** Which of the bound rates is a row's, counted from 1; 0: it has a price, or no rate fits. */
const INDEX = `if(${UNPRICED_SQL}, arrayFirstIndex((m, p, f, t) -> (p = '' OR p = platform) AND f <= event_time AND event_time < t AND if(model_canonical = '', model, model_canonical) LIKE m, {fallback_model:Array(String)}, {fallback_platform:Array(String)}, {fallback_from:Array(DateTime64(3, 'UTC'))}, {fallback_to:Array(DateTime64(3, 'UTC'))}), 0)`;

/**
 * What unpriced rows are taken for beside the costs, as two sums: `fallback_units` in 1e-12 USD, exact, and
 * `fallback_calls`, how many have a rate. The one place of this arithmetic in SQL; a test compares it with
 * `findFallbackRate` and `fallbackEstimate`. Without a rate both are 0 and nothing is looked at.
 */
export function fallbackSums(rates: readonly FallbackRate[], rows: FallbackRows): readonly string[] {
  if (rates.length === 0) return ["  '0' AS fallback_units,", "  0 AS fallback_calls,"];
  const read = FALLBACK_INPUT_METERS.map((name) => `ifNull(${rows.tokens(name)}, 0)`).join(" + ");
  const written = `ifNull(${rows.tokens("output_tokens")}, 0)`;
  return [
    `  toString(sum(toInt256({fallback_input:Array(Int128)}[${INDEX}]) * (${read}) + toInt256({fallback_output:Array(Int128)}[${INDEX}]) * ${written})) AS fallback_units,`,
    `  sumIf(${rows.items}, ${INDEX} > 0) AS fallback_calls,`,
  ];
}

/** The values of those texts. */
export function fallbackParams(rates: readonly FallbackRate[]): Record<string, unknown> {
  if (rates.length === 0) return {};
  return {
    fallback_model: rates.map(({ setting }) => likePattern(setting.model)),
    fallback_platform: rates.map(({ setting }) => setting.platform ?? ""),
    fallback_from: rates.map(({ fromMs }) => storeTime(fromMs)),
    fallback_to: rates.map(({ toMs }) => storeTime(Math.min(toMs, END_MS))),
    fallback_input: rates.map(({ input }) => input),
    fallback_output: rates.map(({ output }) => output),
  };
}

/** Behind every time that the store holds for a call. */
const END_MS = Date.UTC(2200, 0, 1);

/** What SQL's own patterns mean by `%`, `_` and `\` is only text in ours. */
function likePattern(pattern: string): string {
  return pattern.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}

function storeTime(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}
