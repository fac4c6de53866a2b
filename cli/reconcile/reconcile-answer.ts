import type { Compared } from "#cli/reconcile/run-reconcile.ts";
import { formatMoney, type Money } from "#core/money.ts";
import type { ComparedRow } from "#core/reconcile/compared-row.ts";
import { APART_REASONS } from "#core/reconcile/invoice.ts";
import { tokensOf } from "#core/reconcile/meter-differences.ts";
import { byCause, type Sums, sumsOf } from "#core/reconcile/summary.ts";

/** The comparison as JSON: whole numbers and amounts as decimal strings, differences are the invoice's less ours. */
export function answerOf(compared: Compared): object {
  const { invoice, reconciled, from, to, files } = compared;
  return {
    reconciled: reconciled.isReconciled,
    ...{ files, formats: invoice.formats, from, to },
    platforms: compared.platforms,
    gateways: compared.gateways,
    sources: compared.sources,
    tolerance_usd: formatMoney(compared.toleranceUsd),
    data_until: compared.dataUntil,
    totals: sums(sumsOf(reconciled.rows)),
    causes: byCause(reconciled.rows).map(({ cause, sums: some }) => ({ cause, ...sums(some) })),
    rows: reconciled.rows.map(rowOf),
    apart: reconciled.apart.map(({ costUsd, ...line }) => ({
      ...line,
      why: APART_REASONS[line.reason],
      cost_usd: usd(costUsd),
    })),
    remarks: compared.remarks,
  };
}

function rowOf({
  day,
  platform,
  model,
  theirs,
  ours,
  pairs,
  costDifference,
  isWithin,
  finding,
}: ComparedRow): object {
  const tokens = pairs === null ? null : { theirs: tokensOf(pairs, "theirs"), ours: tokensOf(pairs, "ours") };
  return {
    ...{ day, platform, model },
    tokens: tokens && {
      theirs: `${tokens.theirs}`,
      ours: `${tokens.ours}`,
      difference: `${tokens.theirs - tokens.ours}`,
    },
    meters:
      pairs?.map((pair) => ({ meter: pair.name, theirs: `${pair.theirs}`, ours: `${pair.ours}` })) ?? null,
    cost_usd: { theirs: usd(theirs.costUsd), ours: usd(ours.costUsd), difference: usd(costDifference) },
    our_calls: `${ours.calls}`,
    our_unpriced_calls: `${ours.unpricedCalls}`,
    within_tolerance: isWithin,
    cause: finding?.cause ?? null,
    evidence: finding?.evidence ?? null,
  };
}

function sums({ rows, theirTokens, ourTokens, theirCostUsd, ourCostUsd, costDifferenceUsd }: Sums): object {
  return {
    rows,
    tokens:
      theirTokens === null || ourTokens === null
        ? null
        : { theirs: `${theirTokens}`, ours: `${ourTokens}`, difference: `${theirTokens - ourTokens}` },
    cost_usd: { theirs: usd(theirCostUsd), ours: usd(ourCostUsd), difference: usd(costDifferenceUsd) },
  };
}

const usd = (amount: Money | null) => (amount === null ? null : formatMoney(amount));
