import { formatMoney, type Money } from "#core/money.ts";
import type { Finding } from "#core/reconcile/causes.ts";
import { isSmall, magnitude, type Unexplained } from "#core/reconcile/compared-row.ts";
import { digits } from "#core/reconcile/meter-differences.ts";

/** Cents are the coarsest that a line is rounded to, and a millionth the finest that it is worth to look for. */
const PLACES = [2, 3, 4, 5, 6] as const;

/** Why dollars differ where tokens do not, as far as one row tells it by itself; null: the ratio has to say it. */
export function findCostCause(row: Unexplained, tolerance: Money): Finding | null {
  const { ours, costDifference } = row;
  if (costDifference === null) return null;
  const withGateway = (costDifference - ours.gatewayCostUsd) as Money;
  if (costDifference > 0n && ours.gatewayCalls > 0n && magnitude(withGateway) < magnitude(costDifference)) {
    const rest = isSmall(withGateway, tolerance)
      ? "with it both sides agree"
      : `with it ${formatMoney(withGateway)} USD are left`;
    return {
      cause: "gateway_figure",
      evidence: `${digits(ours.gatewayCalls)} calls have no price of ours and stand at the gateway's figure of ${formatMoney(ours.gatewayCostUsd)} USD; ${rest}.`,
    };
  }
  if (costDifference > 0n && ours.unpricedCalls > 0n)
    return {
      cause: "unpriced",
      evidence: `${digits(ours.unpricedCalls)} of our ${digits(ours.calls)} calls have no price and are in no cost; \`spendtrail prices list\`, docs/prices.md.`,
    };
  return findRounding(row);
}

/** Half a unit of the last place that the invoice writes, once a line. */
function findRounding({ theirs, costDifference }: Unexplained): Finding | null {
  const places = PLACES.find((count) =>
    theirs.costs.every((cost) => cost % 10n ** BigInt(12 - count) === 0n),
  );
  if (places === undefined || theirs.costs.length === 0 || costDifference === null) return null;
  const most = (10n ** BigInt(12 - places) * BigInt(theirs.costs.length)) / 2n;
  if (magnitude(costDifference) > most) return null;
  return {
    cause: "rounding",
    evidence: `All ${theirs.costs.length} amounts of the invoice end at ${places} decimals, which explains up to ${formatMoney(most as Money)} USD.`,
  };
}
