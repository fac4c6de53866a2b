import { TOKEN_METERS } from "#core/meters.ts";
import type { Money } from "#core/money.ts";

export const INVOICE_FORMATS = ["anthropic-cost", "anthropic-usage", "aws-cur", "litellm", "csv"] as const;
export type InvoiceFormat = (typeof INVOICE_FORMATS)[number];

/** What a line can count: our meters, or all tokens together where a file tells them no further apart. */
export const INVOICE_METERS = [...TOKEN_METERS, "total_tokens", "web_search_requests"] as const;
export type InvoiceMeter = (typeof INVOICE_METERS)[number];

/** One figure of somebody else's document about a day of UTC and a model. */
export interface InvoiceLine {
  /** Where in the file it stands: `line 7`, `bucket 2, result 3`. */
  readonly place: string;
  /** `2026-11-20`, of UTC. */
  readonly day: string;
  /** null: the document does not tell platforms apart. */
  readonly platform: string | null;
  /** The model as the document writes it; null: it names none. */
  readonly modelWritten: string | null;
  /** The canonical name; null: it is not in our table. */
  readonly model: string | null;
  /** null: a cost of no one meter. */
  readonly meter: InvoiceMeter | null;
  readonly quantity: bigint | null;
  readonly costUsd: Money | null;
  /** All that makes its row what it is; rows with the same one are the same row twice. */
  readonly identity: string;
  /** The place of an earlier row with the same identity; it is counted all the same, as the document counts it. */
  readonly repeats: string | null;
}

/** Why something of the document is compared with no call: it is listed, and never dropped. */
export const APART_REASONS = {
  no_tokens: "no tokens: seats, support, tax, storage and the like",
  credit: "a credit, refund or discount line",
  no_model: "no model is named",
  model_unknown: "the model is not known, and no call of ours names it",
  unit_unknown: "the unit of the quantity is not known",
  out_of_range: "outside of the days or platforms that were asked for",
} as const;
export type ApartReason = keyof typeof APART_REASONS;

export interface ApartLine {
  readonly place: string;
  readonly day: string | null;
  readonly what: string;
  readonly reason: ApartReason;
  readonly costUsd: Money | null;
}

/** A document as it was read. */
export interface Invoice {
  readonly format: InvoiceFormat;
  readonly lines: readonly InvoiceLine[];
  readonly apart: readonly ApartLine[];
  /** Meters that the format tells: one without a line was 0. A meter that is not here is not compared. */
  readonly states: readonly InvoiceMeter[];
  /** Days that it speaks about, also those it has no line for. */
  readonly days: readonly string[];
  readonly remarks: readonly string[];
}

/** A row of a CSV by its columns' names, with its number in the file. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}
