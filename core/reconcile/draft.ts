import { canonicalModel } from "#core/model-name.ts";
import type { Money } from "#core/money.ts";
import type {
  ApartLine,
  ApartReason,
  Invoice,
  InvoiceFormat,
  InvoiceLine,
  InvoiceMeter,
} from "#core/reconcile/invoice.ts";
import { no, ok, type Result } from "#core/result.ts";

/** Faults that are shown of one file; the rest is counted. */
const FAULTS_MAX = 20;

export type InvoiceRead = Result<Invoice, "bad_shape">;

/** What all lines of one row of a document share. */
export interface RowOf {
  readonly place: string;
  readonly day: string;
  readonly platform: string | null;
  readonly modelWritten: string | null;
  /** Where the document's own name needs more than our table: what it stands for there. */
  readonly model?: string | null;
  /** See `InvoiceLine`. */
  readonly identity: string;
}

/** A document that is being read: lines, what stands apart, and every fault with its place. */
export interface Draft {
  fault(place: string, text: string): void;
  /** The value, or null with the fault noted. */
  value<Value>(place: string, name: string, read: Result<Value>): Value | null;
  row(
    row: RowOf,
    quantities: Partial<Record<InvoiceMeter, bigint | null>>,
    cost: Money | null,
    costMeter?: InvoiceMeter | null,
  ): void;
  apart(line: Omit<ApartLine, "reason">, reason: ApartReason): void;
  covers(day: string): void;
  remark(text: string): void;
  done(format: InvoiceFormat, states: readonly InvoiceMeter[]): InvoiceRead;
}

export function createDraft(): Draft {
  const [lines, apart, faults, remarks, days]: [InvoiceLine[], ApartLine[], string[], string[], Set<string>] =
    [[], [], [], [], new Set()];
  const fault = (place: string, text: string) => void faults.push(`${place}: ${text}`);
  return {
    fault,
    value: (place, name, read) => {
      if (read.ok) return read.value;
      fault(place, `${name}: ${read.detail}`);
      return null;
    },
    row: (row, quantities, cost, costMeter = null) => {
      const { modelWritten, model = modelWritten === null ? null : canonicalModel(modelWritten).model } = row;
      const base = { ...row, model, repeats: null };
      days.add(row.day);
      for (const [meter, quantity] of Object.entries(quantities) as [InvoiceMeter, bigint | null][])
        if (quantity !== null) lines.push({ ...base, meter, quantity, costUsd: null });
      if (cost !== null) lines.push({ ...base, meter: costMeter, quantity: null, costUsd: cost });
    },
    apart: (line, reason) => void apart.push({ ...line, reason }),
    covers: (day) => void days.add(day),
    remark: (text) => void remarks.push(text),
    done: (format, states) => {
      const more = faults.length - FAULTS_MAX;
      if (faults.length > 0)
        return no(
          "bad_shape",
          [...faults.slice(0, FAULTS_MAX), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
        );
      return ok({ format, lines, apart, states, days: [...days].sort(), remarks });
    },
  };
}
