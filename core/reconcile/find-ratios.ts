import { addMoney, formatMoney, type Money } from "#core/money.ts";
import type { Finding } from "#core/reconcile/causes.ts";
import { magnitude, type Unexplained } from "#core/reconcile/compared-row.ts";

/** Factors that price lists know (docs/prices.md), in millionths. */
const KNOWN: readonly (readonly [bigint, string])[] = [
  [1_100_000n, "as a regional endpoint or inference in the US costs more"],
  [1_200_000n, "as GovCloud costs more"],
  [500_000n, "as a batch costs less"],
  [2_000_000n, "as fast mode costs more"],
  [909_091n, "as if we had rated a global endpoint as a regional one"],
];
const MILLION = 1_000_000n;

/**
 * What the ratio of dollars tells where tokens are the same: one percentage off for several models is a discount, a
 * constant factor of one model is another rate. Only rows that nothing else explains may be given.
 */
export function findRatios(rows: readonly Unexplained[]): ReadonlyMap<Unexplained, Finding> {
  const found = new Map<Unexplained, Finding>();
  const rated = rows.filter(
    ({ ours, theirs }) => ours.costUsd > 0n && theirs.costUsd !== null && theirs.costUsd > 0n,
  );
  const models = new Set(rated.map(({ model }) => model));
  const common = ratioOf(rated);
  if (models.size > 1 && common !== null && common < MILLION && fits(rated, common)) {
    const evidence = `The same tokens cost ${percent(MILLION - common)} % less, and so for all ${models.size} models that differ (${[...models].sort().join(", ")}). Put it into the book: \`spendtrail discounts import\`, docs/prices.md.`;
    for (const row of rated) found.set(row, { cause: "discount", evidence });
    return found;
  }
  for (const series of Map.groupBy(rated, ({ model }) => model).values()) {
    const ratio = ratioOf(series);
    if (ratio === null) continue;
    const isConstant = fits(series, ratio);
    for (const row of series)
      found.set(row, {
        cause: "rate",
        evidence: rateEvidence(series, isConstant ? ratio : (ratioOf([row]) ?? ratio), isConstant),
      });
  }
  return found;
}

function rateEvidence(series: readonly Unexplained[], ratio: bigint, isConstant: boolean): string {
  const known = KNOWN.find(([factor]) => magnitude(factor - ratio) <= 100n)?.[1];
  const days = isConstant && series.length > 1 ? ` on each of ${series.length} days` : "";
  const varies = isConstant ? "" : "; other days of the model have another factor";
  return `The same tokens cost ${formatMillionths(ratio)} times ours${days}${known === undefined ? "" : `, ${known}`}${varies}. Compare the rates: \`spendtrail prices list\`, \`spendtrail explain\`.`;
}

/** Theirs over ours in millionths, to the nearest. */
function ratioOf(rows: readonly Unexplained[]): bigint | null {
  const theirs = addMoney(rows.map((row) => row.theirs.costUsd as Money));
  const ours = addMoney(rows.map((row) => row.ours.costUsd));
  return ours === 0n ? null : (theirs * MILLION * 2n + ours) / (ours * 2n);
}

/** A thousandth of an amount is what rounded lines may leave, and a millionth of a dollar what the ratio's own places do. */
function fits(rows: readonly Unexplained[], ratio: bigint): boolean {
  return rows.every(({ theirs, ours }) => {
    const stated = theirs.costUsd ?? 0n;
    const expected = (ours.costUsd * ratio) / MILLION;
    return magnitude(stated - expected) <= stated / 1_000n + 1_000_000n;
  });
}

const formatMillionths = (value: bigint) => formatMoney((value * MILLION) as Money);
const percent = (value: bigint) => formatMoney((value * 100n * MILLION) as Money);
