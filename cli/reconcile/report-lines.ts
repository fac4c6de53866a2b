import type { Compared } from "#cli/reconcile/run-reconcile.ts";
import { type Column, printable, tableLines } from "#cli/table.ts";
import { addMoney, formatMoney, type Money } from "#core/money.ts";
import { CAUSES } from "#core/reconcile/causes.ts";
import type { ComparedRow } from "#core/reconcile/compared-row.ts";
import { APART_REASONS, type ApartLine } from "#core/reconcile/invoice.ts";
import { digits, tokensOf } from "#core/reconcile/meter-differences.ts";
import { byCause, type Sums, sumsOf } from "#core/reconcile/summary.ts";

/** The comparison for people: what differs and why, what stands apart, and the sums by cause. */
export function reportLines(compared: Compared, all: boolean): string[] {
  const { reconciled, from, to, invoice } = compared;
  const off = reconciled.rows.filter(({ isWithin }) => !isWithin);
  const shown = all ? reconciled.rows : off;
  const platforms = new Set(reconciled.rows.map(({ platform }) => platform));
  const name = ({ platform, model }: ComparedRow) =>
    platforms.size > 1 ? `${platform ?? "(not known)"} ${model}` : model;
  const scope = [...compared.platforms, ...compared.gateways, ...compared.sources].join(", ");
  const lines = [
    `${invoice.formats.join(" and ")}, ${from} to ${to} (UTC)${scope === "" ? "" : `, calls of ${scope}`}. Differences are the invoice's less ours.`,
    "",
    ...(shown.length === 0 ? [] : [...tableLines(columns(name), shown.map(cellsOf)), ""]),
    ...off.flatMap((row) =>
      row.finding === null ? [] : [`${row.day} ${name(row)}: ${row.finding.evidence}`, ""],
    ),
    ...apartLines(reconciled.apart),
    ...tableLines(SUMMARY, summed(reconciled.rows)),
    "",
    ...compared.remarks.map((remark) => `Note: ${remark}.`),
    verdict(compared, off.length),
  ];
  return lines.map(printable);
}

/** By cause, then what agrees, then all. */
function summed(rows: readonly ComparedRow[]): readonly Summed[] {
  const within = rows.filter(({ isWithin }) => isWithin);
  return [
    ...byCause(rows).map(({ cause, sums }) => ({ name: cause, what: CAUSES[cause], sums })),
    { name: "agrees", what: "within the tolerance", sums: sumsOf(within) },
    { name: "total", what: "", sums: sumsOf(rows) },
  ];
}

function verdict({ reconciled, toleranceUsd }: Compared, off: number): string {
  const { rows, isReconciled } = reconciled;
  const within = `${rows.length - off} of ${rows.length} days and models agree within ${formatMoney(toleranceUsd)} USD`;
  return isReconciled ? `Reconciled: ${within}.` : `Not reconciled: ${within}.`;
}

interface Cells {
  readonly row: ComparedRow;
  readonly theirs: bigint | null;
  readonly ours: bigint | null;
}

function cellsOf(row: ComparedRow): Cells {
  const [theirs, ours] =
    row.pairs === null ? [null, null] : [tokensOf(row.pairs, "theirs"), tokensOf(row.pairs, "ours")];
  return { row, theirs, ours };
}

const count = (value: bigint | null) => (value === null ? "-" : digits(value));
const usd = (value: Money | null) => (value === null ? "-" : formatMoney(value));
const less = (theirs: bigint | null, ours: bigint | null) =>
  theirs === null || ours === null ? null : theirs - ours;

const columns = (name: (row: ComparedRow) => string): readonly Column<Cells>[] => [
  { title: "day", text: ({ row }) => row.day },
  { title: "model", text: ({ row }) => name(row) },
  { title: "tokens theirs", text: ({ theirs }) => count(theirs), align: "right" },
  { title: "ours", text: ({ ours }) => count(ours), align: "right" },
  { title: "difference", text: ({ theirs, ours }) => count(less(theirs, ours)), align: "right" },
  { title: "USD theirs", text: ({ row }) => usd(row.theirs.costUsd), align: "right" },
  { title: "ours", text: ({ row }) => usd(row.ours.costUsd), align: "right" },
  { title: "difference", text: ({ row }) => usd(row.costDifference), align: "right" },
  { title: "likely cause", text: ({ row }) => row.finding?.cause ?? "agrees" },
];

interface Summed {
  readonly name: string;
  readonly what: string;
  readonly sums: Sums;
}

const SUMMARY: readonly Column<Summed>[] = [
  { title: "cause", text: ({ name }) => name },
  { title: "rows", text: ({ sums }) => String(sums.rows), align: "right" },
  { title: "tokens theirs", text: ({ sums }) => count(sums.theirTokens), align: "right" },
  { title: "ours", text: ({ sums }) => count(sums.ourTokens), align: "right" },
  { title: "USD theirs", text: ({ sums }) => usd(sums.theirCostUsd), align: "right" },
  { title: "ours", text: ({ sums }) => usd(sums.ourCostUsd), align: "right" },
  { title: "difference", text: ({ sums }) => usd(sums.costDifferenceUsd), align: "right" },
  { title: "what it is", text: ({ what }) => what },
];

/** What is compared with nothing, by reason and kind: an account has thousands of such lines. */
function apartLines(apart: readonly ApartLine[]): string[] {
  if (apart.length === 0) return [];
  const groups = [...Map.groupBy(apart, ({ reason, what }) => JSON.stringify([reason, what])).values()];
  const lines = groups.map((some) => {
    const [first] = some;
    const costs = some.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
    const cost = costs.length === 0 ? "no cost" : `${formatMoney(addMoney(costs))} USD`;
    const places = some.length === 1 ? first?.place : `${some.length} lines from ${first?.place} on`;
    return `  ${cost}  ${first?.what} (${places}): ${first === undefined ? "" : APART_REASONS[first.reason]}`;
  });
  return ["Compared with no call of ours:", ...lines, ""];
}
