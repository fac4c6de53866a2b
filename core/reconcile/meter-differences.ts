import type { InvoiceMeter } from "#core/reconcile/invoice.ts";
import type { OurMeter, OurSums } from "#core/reconcile/ours.ts";
import type { TheirSums } from "#core/reconcile/their-sums.ts";

/** One meter, or several together where one side does not tell them apart. */
export interface MeterPair {
  readonly name: string;
  readonly theirs: bigint;
  readonly ours: bigint;
}

const WRITES = ["cache_write_5m_tokens", "cache_write_1h_tokens", "cache_write_tokens"] as const;
const SEARCHES = "web_search_requests";
const ALONE = ["input_tokens", "cache_read_tokens", "output_tokens"] as const;

/**
 * The meters of both sides, as finely as both can tell: cache writes together where either does not know their lifetime,
 * all tokens together where the document states totals only; web searches where it counts them. null: it states none.
 */
export function pairMeters(
  theirs: TheirSums,
  ours: OurSums,
  states: readonly InvoiceMeter[],
): readonly MeterPair[] | null {
  const { meters } = theirs;
  if (meters === null) return null;
  const of = (name: InvoiceMeter) => meters.get(name) ?? 0n;
  const countsSearches = meters.has(SEARCHES) || states.includes(SEARCHES);
  const searches = countsSearches
    ? [{ name: SEARCHES, theirs: of(SEARCHES), ours: ours.meters[SEARCHES] }]
    : [];
  if (meters.has("total_tokens")) {
    const all = sum([...ALONE, ...WRITES, "total_tokens" as const].map(of));
    return [{ name: "total_tokens", theirs: all, ours: totalOf(ours) }, ...searches];
  }
  const alone = ALONE.filter((name) => states.includes(name));
  const pair = (name: OurMeter) => ({ name, theirs: of(name), ours: ours.meters[name] });
  return [...alone.map(pair), ...pairWrites(of, ours, states), ...searches];
}

function pairWrites(
  of: (name: InvoiceMeter) => bigint,
  ours: OurSums,
  states: readonly InvoiceMeter[],
): readonly MeterPair[] {
  const stated = WRITES.filter((name) => states.includes(name));
  if (stated.length === 0) return [];
  if (of("cache_write_tokens") > 0n || ours.meters.cache_write_tokens > 0n)
    return [
      {
        name: "cache_writes",
        theirs: sum(WRITES.map(of)),
        ours: sum(WRITES.map((name) => ours.meters[name])),
      },
    ];
  // A document that states one lifetime alone is compared in that one; the other is nobody's to tell.
  const names = stated.includes("cache_write_tokens") ? WRITES : stated;
  return names
    .filter((name) => name !== "cache_write_tokens")
    .map((name) => ({ name, theirs: of(name), ours: ours.meters[name] }));
}

/** All tokens of a call; thinking is a part of output. */
export function totalOf(ours: OurSums): bigint {
  return sum([...ALONE, ...WRITES].map((name) => ours.meters[name]));
}

/** The tokens of one side, without searches. */
export function tokensOf(pairs: readonly MeterPair[], side: "theirs" | "ours"): bigint {
  return sum(pairs.filter(({ name }) => name !== SEARCHES).map((pair) => pair[side]));
}

export function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

/** Whether both say the same in every meter. */
export function areEqual(pairs: readonly MeterPair[]): boolean {
  return pairs.every(({ theirs, ours }) => theirs === ours);
}

/** `input_tokens 1,200 more, output_tokens 300 fewer`: the invoice beside ours. */
export function differencesText(pairs: readonly MeterPair[]): string {
  return pairs
    .filter(({ theirs, ours }) => theirs !== ours)
    .map(({ name, theirs, ours }) =>
      theirs > ours ? `${name} ${digits(theirs - ours)} more` : `${name} ${digits(ours - theirs)} fewer`,
    )
    .join(", ");
}

export const digits = (value: bigint) => value.toLocaleString("en-US");
