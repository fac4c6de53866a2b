import { csvWriter } from "#query-api/exports/csv-writer.ts";
import type { ExportColumn } from "#query-api/exports/export-column.ts";
import { ndjsonWriter } from "#query-api/exports/ndjson-writer.ts";
import { parquetWriter } from "#query-api/exports/parquet-writer.ts";
import type { RowWriter } from "#query-api/exports/row-writer.ts";
import { xlsxWriter } from "#query-api/exports/xlsx-writer.ts";

export const EXPORT_FORMATS = ["csv", "ndjson", "parquet", "xlsx"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a format is called on the wire and how it is written. */
export const FORMAT_OF: Readonly<
  Record<
    ExportFormat,
    {
      mediaType: string;
      writer: (columns: readonly ExportColumn[], summaryBy: readonly string[]) => RowWriter;
    }
  >
> = {
  csv: { mediaType: "text/csv; charset=utf-8; header=present", writer: csvWriter },
  ndjson: { mediaType: "application/x-ndjson; charset=utf-8", writer: ndjsonWriter },
  parquet: { mediaType: "application/vnd.apache.parquet", writer: parquetWriter },
  xlsx: {
    mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    writer: (columns, summaryBy) => xlsxWriter(columns, summaryBy),
  },
};
