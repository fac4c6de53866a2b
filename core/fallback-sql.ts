import { FALLBACK_INPUT_METERS, type FallbackRate } from "#core/fallback-rates.ts";
import { UNPRICED_SQL } from "#core/unpriced.ts";

/** How the rows are named that are summed: calls, or the sums of a rollup. */
export interface FallbackRows {
  /** How often a row counts: `sign`, or how many items a sum holds. */
  readonly items: string;
  /** A meter's tokens as the row counts them, its sign in it. */
  readonly tokens: (meter: string) => string;
}

const bound = (name: string, type: string) => `{fallback_${name}:Array(${type})}`;
const NAME = "if(model_canonical = '', model, model_canonical)";
const FIRST = bound("first", "String");

/**
 * Which of the bound rates is a row's, counted from 1; 0: it has a price, or no rate fits. A name is compared by how it
 * begins, how it ends and its length, which says all of a pattern with one `*`: a LIKE by a pattern that is no constant
 * costs some 3 µs (of 300,000 calls with 30,000 unpriced, 100 rates took 8 s more; so 1 s), so only patterns with several have it. The list is
 * empty for a row with a price, and nothing is compared for it.
 */
function indexSql(rates: readonly FallbackRate[]): string {
  const platform = bound("platform", "String");
  const times = { from: bound("from", "DateTime64(3, 'UTC')"), to: bound("to", "DateTime64(3, 'UTC')") };
  const fits = [
    `(${platform}[i] = '' OR ${platform}[i] = platform)`,
    `${times.from}[i] <= event_time AND event_time < ${times.to}[i]`,
    `startsWith(${NAME}, ${FIRST}[i]) AND endsWith(${NAME}, ${bound("last", "String")}[i])`,
    `length(${NAME}) BETWEEN ${bound("shortest", "UInt32")}[i] AND ${bound("longest", "UInt32")}[i]`,
    ...(rates.some(({ setting }) => starsIn(setting.model) > 1)
      ? [`${NAME} LIKE ${bound("like", "String")}[i]`]
      : []),
  ];
  return `arrayFirst(i -> ${fits.join(" AND ")}, if(${UNPRICED_SQL}, arrayEnumerate(${FIRST}), []))`;
}

/**
 * What unpriced rows are taken for beside the costs, as two sums: `fallback_units` in 1e-12 USD, exact, and
 * `fallback_calls`, how many have a rate. The one place of this arithmetic in SQL; a test compares it with
 * `findFallbackRate` and `fallbackEstimate`. Without a rate both are 0 and nothing is looked at.
 */
export function fallbackSums(rates: readonly FallbackRate[], rows: FallbackRows): readonly string[] {
  if (rates.length === 0) return ["  '0' AS fallback_units,", "  0 AS fallback_calls,"];
  const index = indexSql(rates);
  const read = FALLBACK_INPUT_METERS.map((name) => `ifNull(${rows.tokens(name)}, 0)`).join(" + ");
  const written = `ifNull(${rows.tokens("output_tokens")}, 0)`;
  return [
    `  toString(sum(toInt256({fallback_input:Array(Int128)}[${index}]) * (${read}) + toInt256({fallback_output:Array(Int128)}[${index}]) * ${written})) AS fallback_units,`,
    `  sumIf(${rows.items}, ${index} > 0) AS fallback_calls,`,
  ];
}

/** The values of those texts. */
export function fallbackParams(rates: readonly FallbackRate[]): Record<string, unknown> {
  if (rates.length === 0) return {};
  return {
    ...namesOf(rates.map(({ setting }) => setting.model)),
    fallback_platform: rates.map(({ setting }) => setting.platform ?? ""),
    fallback_from: rates.map(({ fromMs }) => storeTime(fromMs)),
    fallback_to: rates.map(({ toMs }) => storeTime(Math.min(toMs, END_MS))),
    fallback_input: rates.map(({ input }) => input),
    fallback_output: rates.map(({ output }) => output),
  };
}

/** Behind every time that the store holds for a call. */
const END_MS = Date.UTC(2200, 0, 1);

const LONGEST = 4_294_967_295;
const starsIn = (pattern: string) => pattern.split("*").length - 1;

/** What a name must begin and end with, how many bytes it may have, and the whole as SQL has patterns. */
function namesOf(patterns: readonly string[]): Record<string, unknown> {
  const pieces = patterns.map((pattern) => pattern.split("*"));
  const bytes = (texts: readonly string[]) => Buffer.byteLength(texts.join(""));
  return {
    fallback_first: pieces.map(([first = ""]) => first),
    fallback_last: pieces.map((list) => list.at(-1) ?? ""),
    fallback_shortest: pieces.map(bytes),
    fallback_longest: pieces.map((list) => (list.length === 1 ? bytes(list) : LONGEST)),
    // What SQL's own patterns mean by `%`, `_` and `\` is only text in ours.
    fallback_like: patterns.map((text) => text.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%")),
  };
}

function storeTime(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}
