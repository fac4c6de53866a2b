import { formatMoney, type Money } from "#core/money.ts";
import type { Finding } from "#core/reconcile/causes.ts";
import { isSmall, type Unexplained } from "#core/reconcile/compared-row.ts";
import type { InvoiceMeter } from "#core/reconcile/invoice.ts";
import { areEqual, pairMeters } from "#core/reconcile/meter-differences.ts";
import { sumOurs } from "#core/reconcile/ours.ts";
import { sumTheirs } from "#core/reconcile/their-sums.ts";

/** Whether a line that stands twice, or calls that came by two ways, make the whole difference. */
export function findDoubled(
  row: Unexplained,
  states: readonly InvoiceMeter[],
  tolerance: Money,
): Finding | null {
  return (
    repeatedLines(row, states, tolerance) ??
    twiceTheirs(row, tolerance) ??
    twoWays(row, states) ??
    twiceOurs(row)
  );
}

function repeatedLines(row: Unexplained, states: readonly InvoiceMeter[], tolerance: Money): Finding | null {
  const once = row.lines.filter(({ repeats }) => repeats === null);
  if (once.length === row.lines.length || once.length === 0) return null;
  const theirs = sumTheirs(once);
  const pairs = pairMeters(theirs, row.ours, states);
  const difference = theirs.costUsd === null ? null : ((theirs.costUsd - row.ours.costUsd) as Money);
  const agrees = pairs === null ? isSmall(difference, tolerance) : areEqual(pairs);
  if (!agrees) return null;
  const twice = row.lines.find(({ repeats }) => repeats !== null);
  const rest = isSmall(difference, tolerance)
    ? "both sides agree"
    : `the tokens agree, and ${formatMoney(difference as Money)} USD are left`;
  return {
    cause: "doubled",
    evidence: `The invoice says the same twice (${twice?.repeats} and ${twice?.place}); counted once, ${rest}.`,
  };
}

function twiceTheirs({ pairs, ours, theirs }: Unexplained, tolerance: Money): Finding | null {
  const isTwice =
    pairs === null
      ? theirs.costUsd !== null &&
        ours.costUsd > tolerance &&
        isSmall((theirs.costUsd - 2n * ours.costUsd) as Money, tolerance)
      : pairs.some((pair) => pair.ours > 0n) && pairs.every((pair) => pair.theirs === 2n * pair.ours);
  return isTwice
    ? { cause: "doubled", evidence: "The invoice has exactly twice of what we have, in every figure." }
    : null;
}

/** Chained gateways: without one of them the tokens are the same. */
function twoWays(row: Unexplained, states: readonly InvoiceMeter[]): Finding | null {
  const groups = Map.groupBy(row.rows, ({ gateway }) => gateway ?? "of no name");
  if (row.pairs === null || row.lines.length === 0 || groups.size < 2) return null;
  for (const [name, some] of groups) {
    const left = sumOurs(row.rows.filter((one) => !some.includes(one)));
    const pairs = pairMeters(row.theirs, left, states);
    if (pairs === null || !areEqual(pairs)) continue;
    return {
      cause: "doubled",
      evidence: `Without the ${sumOurs(some).calls} calls of the gateway ${name} the tokens are the same: another gateway saw those calls too. docs/gateways.md says how one of two becomes evidence.`,
    };
  }
  return null;
}

function twiceOurs({ pairs }: Unexplained): Finding | null {
  const isTwice =
    pairs?.some(({ theirs }) => theirs > 0n) && pairs.every(({ theirs, ours }) => ours === 2n * theirs);
  return isTwice
    ? {
        cause: "doubled",
        evidence:
          "We have exactly twice of what the invoice has, in every meter: are the same calls read from two sources?",
      }
    : null;
}
