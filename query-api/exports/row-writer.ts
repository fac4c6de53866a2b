import type { Cells } from "#query-api/exports/export-column.ts";
import type { Contents } from "#query-api/exports/manifest.ts";
import type { TallyGroup } from "#query-api/exports/tally.ts";

/** Writes a table in one format, piece by piece; the pieces one after the other are the file. */
export interface RowWriter {
  begin(): Buffer;
  rows(rows: readonly Cells[]): Buffer;
  end(contents: Contents, groups: readonly TallyGroup[]): Buffer;
}
