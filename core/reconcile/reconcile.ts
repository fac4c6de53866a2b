import type { Money } from "#core/money.ts";
import type { Finding } from "#core/reconcile/causes.ts";
import { type ComparedRow, compareKey, type Key, type Unexplained } from "#core/reconcile/compared-row.ts";
import { findDayEdges } from "#core/reconcile/day-edges.ts";
import { findCostCause } from "#core/reconcile/find-cost-cause.ts";
import { findDoubled } from "#core/reconcile/find-doubled.ts";
import { findRatios } from "#core/reconcile/find-ratios.ts";
import { findMissing, findTokenCause } from "#core/reconcile/find-token-cause.ts";
import type { ApartLine, Invoice, InvoiceLine } from "#core/reconcile/invoice.ts";
import { areEqual } from "#core/reconcile/meter-differences.ts";
import type { OurGap, OurRow } from "#core/reconcile/ours.ts";
import { placeSearches } from "#core/reconcile/place-searches.ts";

export interface Given {
  readonly invoice: Invoice;
  /** Of the whole days of [from, to) and of nothing else. */
  readonly ours: readonly OurRow[];
  /** null: nobody could say what is missing. */
  readonly gaps: readonly OurGap[] | null;
  /** Days of UTC, `to` not included. */
  readonly from: string;
  readonly to: string;
  /** Only lines of these, and lines that name none; empty: all. */
  readonly platforms: readonly string[];
  /** USD a day and model. */
  readonly toleranceUsd: Money;
}

export interface Reconciled {
  readonly rows: readonly ComparedRow[];
  /** What is compared with no call of ours; never dropped. */
  readonly apart: readonly ApartLine[];
  readonly isReconciled: boolean;
}

/** Compares a document with what we have: tokens first and dollars second, a day and model at a time. */
export function reconcile(given: Given): Reconciled {
  const { invoice, from, to, platforms, toleranceUsd } = given;
  const isDay = (day: string | null) => day === null || (from <= day && day < to);
  const isAsked = ({ day, platform }: InvoiceLine) =>
    isDay(day) && (platform === null || platforms.length === 0 || platforms.includes(platform));
  const ranged = placeSearches(invoice.lines.filter(isAsked), given.ours);
  const ourNames = new Set(given.ours.map(({ model }) => model));
  const isKnown = ({ model, modelWritten }: InvoiceLine) =>
    model !== null || (modelWritten !== null && ourNames.has(modelWritten));
  const lines = ranged.filter(isKnown);
  const rows = keysOf(lines, given.ours).map(([key, theirs, ours]) =>
    compareKey(key, theirs, ours, {
      states: invoice.states,
      toleranceUsd,
      statesCost: invoice.lines.some(({ costUsd }) => costUsd !== null),
    }),
  );
  const findings = explain(rows, given);
  const unknown = ranged.filter((line) => !isKnown(line) && saysSomething(line)).map(apartOf);
  const elsewhere = invoice.lines.filter((line) => !isAsked(line) && saysSomething(line)).map(apartOf);
  const apart = [
    ...invoice.apart.filter(({ day }) => isDay(day)),
    ...unknown,
    ...[...invoice.apart.filter(({ day }) => !isDay(day)), ...elsewhere].map(outOfRange),
  ];
  return {
    rows: rows.map((row) => ({ ...row, finding: findings.get(row) ?? null })),
    apart,
    isReconciled:
      rows.every(({ isWithin }) => isWithin) &&
      !unknown.some(({ costUsd }) => costUsd === null || costUsd > toleranceUsd),
  };
}

const saysSomething = ({ quantity, costUsd }: InvoiceLine) => quantity !== 0n && costUsd !== 0n;

const outOfRange = (line: ApartLine): ApartLine => ({ ...line, reason: "out_of_range" });

function apartOf({ place, day, modelWritten, costUsd, quantity, meter }: InvoiceLine): ApartLine {
  const counted = quantity === null ? "" : `, ${quantity} ${meter}`;
  const what = `${modelWritten ?? meter ?? "no model"}${counted}`;
  return { place, day, what, reason: modelWritten === null ? "no_model" : "model_unknown", costUsd };
}

/** Every day and model of either side. Platforms are told apart only where every line of the document names one. */
function keysOf(lines: readonly InvoiceLine[], ours: readonly OurRow[]): [Key, InvoiceLine[], OurRow[]][] {
  const byPlatform = lines.length > 0 && lines.every(({ platform }) => platform !== null);
  const keys = new Map<string, [Key, InvoiceLine[], OurRow[]]>();
  const at = (day: string, platform: string | null, model: string) => {
    const key = { day, platform: byPlatform ? platform : null, model };
    const name = JSON.stringify(key);
    const found = keys.get(name) ?? [key, [], []];
    keys.set(name, found);
    return found;
  };
  for (const line of lines) at(line.day, line.platform, line.model ?? line.modelWritten ?? "")[1].push(line);
  for (const row of ours) at(row.day, row.platform, row.model)[2].push(row);
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}

/** The cause of each row that is off: what the days tell, then the row by itself, then the ratios of what is left. */
function explain(
  rows: readonly Unexplained[],
  { invoice, gaps, toleranceUsd }: Given,
): ReadonlyMap<Unexplained, Finding> {
  const found = new Map<Unexplained, Finding>();
  const edges = findDayEdges(rows, toleranceUsd);
  const left: Unexplained[] = [];
  for (const row of rows) {
    if (row.isWithin) continue;
    const finding = ofItself(row, edges.get(row), { invoice, gaps, toleranceUsd });
    if (finding === null) left.push(row);
    else found.set(row, finding);
  }
  const ratios = findRatios(left);
  for (const row of left) found.set(row, ratios.get(row) ?? lostDollars(row, gaps) ?? unexplained(row));
  return found;
}

function ofItself(
  row: Unexplained,
  edge: string | undefined,
  { invoice, gaps, toleranceUsd }: Pick<Given, "invoice" | "gaps" | "toleranceUsd">,
): Finding | null {
  if (edge !== undefined)
    return {
      cause: "day_edge",
      evidence: `The differences of ${edge} cancel in every figure: the invoice cuts its days elsewhere, or counts a call by its end.`,
    };
  const { pairs } = row;
  const isTokensOff = pairs !== null && !areEqual(pairs);
  const doubled = isTokensOff || pairs === null ? findDoubled(row, invoice.states, toleranceUsd) : null;
  if (doubled !== null) return doubled;
  if (isTokensOff) return findTokenCause({ ...row, pairs }, gaps);
  if (pairs === null && row.ours.calls === 0n) return findMissing(row, gaps, "a cost");
  if (row.lines.length === 0)
    return {
      cause: "not_billed",
      evidence: `${row.ours.calls} calls of ours are on a day and model that the invoice has no line for.`,
    };
  return findCostCause(row, toleranceUsd);
}

/** Dollars alone cannot tell lost calls from another rate, but a hole of ours about that time is the likelier. */
function lostDollars(row: Unexplained, gaps: readonly OurGap[] | null): Finding | null {
  if (row.pairs !== null || row.costDifference === null || row.costDifference < 0n) return null;
  const finding = findMissing(row, gaps, "more dollars");
  return finding.cause === "lost" ? finding : null;
}

function unexplained({ pairs }: Unexplained): Finding {
  const evidence =
    pairs === null
      ? "The document states no tokens, so tokens and rates cannot be told apart: give the usage report beside the cost report."
      : "The tokens are the same, and the dollars stand in no constant ratio.";
  return { cause: "unexplained", evidence };
}
