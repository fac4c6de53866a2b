import { DIMENSION_SQL, DIMENSIONS, type Dimension } from "#query-api/dimensions.ts";

/** What an export is asked for, its range read and its `as_of` fixed: the same question has the same bytes. */
export interface ExportQuestion {
  readonly from: string;
  readonly to: string;
  readonly tz: string;
  /** Only what the ingester or a run had written by then. */
  readonly asOf: string;
  readonly filters: Readonly<Partial<Record<Dimension, readonly string[] | undefined>>>;
}

/** Conditions of every read of an export; constant lines alone, values are bound. */
export function questionSql({ filters }: ExportQuestion): string {
  const asked = DIMENSIONS.filter((name) => filters[name] !== undefined);
  return [
    "WHERE ingested_at <= {as_of:DateTime64(3, 'UTC')}",
    ...asked.map((name) => `  AND ${DIMENSION_SQL[name]} IN {filter_${name}:Array(String)}`),
  ].join("\n");
}

export function questionParams(question: ExportQuestion): Record<string, unknown> {
  const { from, to, asOf, filters } = question;
  const asked = DIMENSIONS.filter((name) => filters[name] !== undefined);
  return {
    from: storeTime(from),
    to: storeTime(to),
    as_of: storeTime(asOf),
    ...Object.fromEntries(asked.map((name) => [`filter_${name}`, filters[name] ?? []])),
  };
}

/** `2026-11-01T00:00:00.000Z` as a bound DateTime64 takes it. */
export function storeTime(instant: string): string {
  return instant.replace("Z", "");
}
