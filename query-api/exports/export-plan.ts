import type { Aside } from "#query-api/exports/aside.ts";
import type { BookedPart } from "#query-api/exports/charges/booked-charges.ts";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import type { ExportFormat } from "#query-api/exports/export-format.ts";
import type { Pin } from "#query-api/exports/pin.ts";
import type { Scope } from "#query-api/scope.ts";

/** An export, ready to be made: what it is of, its table, and where the rows come from. */
export interface ExportPlan {
  readonly export: "costs" | "focus" | "journal";
  readonly format: ExportFormat;
  /** As the manifest tells it, every default filled in. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly scope: Scope;
  readonly pin: Pin;
  readonly columns: readonly ExportColumn[];
  /** Columns that the summary of a workbook groups by. */
  readonly summaryBy: readonly string[];
  /** The column whose sum is the cost of the file. */
  readonly cost: string;
  /** The charges that the rows have beside calls; absent: none. */
  readonly charges?: () => Promise<readonly BookedPart[]>;
  /** What a row says that is not in the plain sums. */
  readonly asideOf?: (cells: Cells) => Aside;
  /** What no row says, because it is left out or its rows are no calls. */
  readonly aside?: () => Promise<Aside>;
  readonly pages: () => AsyncIterable<readonly Cells[]>;
}
