import { expect } from "vitest";
import { type Money, parseMoney } from "#core/money.ts";
import type { InvoiceRead } from "#core/reconcile/draft.ts";
import type { CsvRow, Invoice } from "#core/reconcile/invoice.ts";
import { joinInvoices } from "#core/reconcile/join-invoices.ts";
import { OUR_METERS, type OurGap, type OurMeter, type OurRow } from "#core/reconcile/ours.ts";
import { readCsvInvoice } from "#core/reconcile/read-csv.ts";
import { type Reconciled, reconcile } from "#core/reconcile/reconcile.ts";

export function usd(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

/** Rows of a CSV text, split at commas: no quotes in these tests. */
export function csvRows(text: string): { columns: string[]; rows: CsvRow[] } {
  const [head = "", ...lines] = text.trim().split("\n");
  const columns = head.split(",");
  const rows = lines.map((line, at) => ({
    line: at + 2,
    cells: Object.fromEntries(line.split(",").map((cell, index) => [columns[index] ?? "", cell])),
  }));
  return { columns, rows };
}

/** A plain CSV as an invoice, repeats marked. */
export function invoiceOf(text: string): Invoice {
  const { columns, rows } = csvRows(text);
  const read = readCsvInvoice(columns, rows);
  if (!read.ok) throw new Error(read.detail);
  return joined(read.value);
}

export function joined(invoice: Invoice): Invoice {
  const whole = joinInvoices([{ ...invoice, file: "invoice" }]);
  if (!whole.ok) throw new Error(whole.detail);
  return whole.value;
}

type OurFields = Partial<Omit<OurRow, "meters" | "costUsd" | "gatewayCostUsd">> & {
  readonly day: string;
  readonly meters?: Partial<Record<OurMeter, bigint>>;
  readonly cost?: string;
  readonly gatewayCost?: string;
};

export function ourRow({ meters = {}, cost = "0", gatewayCost = "0", ...fields }: OurFields): OurRow {
  return {
    model: "claude-opus-5",
    platform: "anthropic-api",
    gateway: "litellm",
    outcome: "success",
    calls: 10n,
    estimatedCalls: 0n,
    gatewayCalls: 0n,
    unpricedCalls: 0n,
    costUsd: usd(cost),
    gatewayCostUsd: usd(gatewayCost),
    meters: Object.fromEntries(OUR_METERS.map((name) => [name, meters[name] ?? 0n])) as Record<
      OurMeter,
      bigint
    >,
    ...fields,
  };
}

export interface Asked {
  readonly gaps?: readonly OurGap[] | null;
  readonly tolerance?: string;
  readonly from?: string;
  readonly to?: string;
  readonly platforms?: readonly string[];
}

export function compare(invoice: Invoice, ours: readonly OurRow[], asked: Asked = {}): Reconciled {
  const { gaps = [], tolerance = "0.01", from = "2026-11-01", to = "2026-12-01", platforms = [] } = asked;
  return reconcile({ invoice, ours, gaps, from, to, platforms, toleranceUsd: usd(tolerance) });
}

/** The one row that is off. */
export function theOne({ rows, isReconciled }: Reconciled): { cause: string; evidence: string } {
  const off = rows.filter(({ isWithin }) => !isWithin);
  expect(off).toHaveLength(1);
  expect(isReconciled).toBe(false);
  return off[0]?.finding ?? { cause: "none", evidence: "" };
}

export function the(read: InvoiceRead): Invoice {
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}
export const faultOf = (read: InvoiceRead) => (read.ok ? "" : read.detail);

/** `meter quantity` and costs of each model and day, as they were read. */
export function said({ lines }: Invoice): string[] {
  return lines.map(({ day, model, modelWritten, meter, quantity, costUsd }) =>
    [
      day.slice(8),
      model ?? `?${modelWritten}`,
      meter,
      quantity ?? (costUsd === null ? "" : `$${Number(costUsd) / 1e12}`),
    ]
      .filter((part) => part !== null)
      .join(" "),
  );
}
