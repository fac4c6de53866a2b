import { RATED_METERS, type RatedMeter } from "#core/meters.ts";
import { statedRate } from "#core/per-unit.ts";
import type { PriceBook } from "#core/price-book.ts";
import type { Candidate } from "#core/proposals/candidate.ts";
import type { PriceSetting } from "#core/settings/price.ts";

export interface MeterDifference {
  readonly meter: RatedMeter;
  readonly book: string | null;
  readonly proposed: string;
}

/**
 * What a candidate is to the book. `same`: the book says so already. `new`: the book has no price for these calls.
 * `adds`: it has one, and lacks a rate that the candidate states. `conflict`: it has another rate.
 */
export interface Compared extends Candidate {
  readonly verdict: "same" | "new" | "adds" | "conflict";
  /** Rows of the book that count for these calls at the candidate's beginning. */
  readonly against: readonly string[];
  readonly differences: readonly MeterDifference[];
}

/** Lays candidates beside the book as it counts at their beginning; nothing is changed. */
export function compareWithBook(candidates: readonly Candidate[], book: PriceBook): readonly Compared[] {
  return candidates.map((candidate) => compareOne(candidate, book));
}

/**
 * In each band of prompt length of the book that the candidate reaches into: a flat rate beside a book that is dearer
 * above 200,000 tokens says something else there, and only there. The band that differs most is the answer.
 */
function compareOne(candidate: Candidate, book: PriceBook): Compared {
  const { row } = candidate;
  const most = row.prompt_tokens_max ?? Number.POSITIVE_INFINITY;
  const within = book
    .bandsOf(row.platform, row.model)
    .filter((above) => above > row.prompt_tokens_above && above < most);
  const compared = [row.prompt_tokens_above, ...within].map((above) => compareAt(candidate, book, above + 1));
  const [first = compareAt(candidate, book, 1), ...others] = compared;
  return others.reduce((worst, one) => (GRAVITY[one.verdict] > GRAVITY[worst.verdict] ? one : worst), first);
}

const GRAVITY = { same: 0, new: 1, adds: 2, conflict: 3 } as const satisfies Record<
  Compared["verdict"],
  number
>;

function compareAt(candidate: Candidate, book: PriceBook, promptTokens: number): Compared {
  const { row } = candidate;
  const found = book.find({
    account: row.account,
    platform: row.platform,
    model: row.model,
    atMs: Date.parse(row.effective_from),
    speed: row.speed,
    serviceTier: row.service_tier,
    geoScope: row.geo_scope === "any" ? null : row.geo_scope,
    promptTokens,
  });
  if (found.found === "none") return { ...candidate, verdict: "new", against: [], differences: [] };
  if (found.found === "ambiguous")
    return { ...candidate, verdict: "conflict", against: found.ids, differences: [] };
  const differences = RATED_METERS.flatMap((meter) => difference(meter, found.row.setting, row) ?? []);
  const verdict =
    differences.length === 0
      ? "same"
      : differences.every(({ book: had }) => had === null)
        ? "adds"
        : "conflict";
  return { ...candidate, verdict, against: [found.row.id], differences };
}

/** Only what the candidate states is compared: a source that is silent contradicts nothing. */
function difference(meter: RatedMeter, book: PriceSetting, row: PriceSetting): MeterDifference | null {
  const [had, proposed] = [statedRate(book, meter), statedRate(row, meter)];
  if (proposed === null || (had !== null && isEqual(had, proposed))) return null;
  return { meter, book: had, proposed };
}

function isEqual(left: string, right: string): boolean {
  const plain = (text: string) => text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  return plain(left) === plain(right);
}
