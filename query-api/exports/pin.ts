import { z } from "zod";
import { failure } from "#core/failure.ts";
import { storeTime } from "#query-api/exports/export-question.ts";
import type { PeriodStatus } from "#query-api/exports/period-status.ts";
import type { Books } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { Moment, Whole } from "#query-api/store-types.ts";

/** With which knowledge an export is made; the same for the same `as_of`. */
export interface Pin {
  readonly asOf: string;
  readonly dataUntil: string | null;
  readonly settingsOffset: bigint;
  /** The accounting periods as the settings had them then; null where there was none. */
  readonly books: Books | null;
  /** Those that the range reaches into. */
  readonly periods: readonly PeriodStatus[];
}

const Progress = z.object({ data_until: Moment.nullable(), settings_offset: Whole });
const INSTANT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,3})?)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * The moment that an export is fixed to: what was asked for, else now.
 *
 * @throws failure REQUEST_INVALID
 */
export function readAsOf(asked: string | undefined, now: Date): string {
  if (asked === undefined) return now.toISOString();
  const ms = INSTANT.test(asked) ? Date.parse(asked.toUpperCase()) : Number.NaN;
  if (Number.isNaN(ms) || ms < 0)
    throw failure("REQUEST_INVALID", {
      faults: "as_of is no instant with its offset (2026-12-01T00:00:00Z; write + as %2B)",
    });
  if (ms > now.getTime()) throw failure("REQUEST_INVALID", { faults: "as_of is in the future" });
  return new Date(ms).toISOString();
}

export async function readPin(
  reader: Reader,
  asOf: string,
  { books, periods }: Pick<Pin, "books" | "periods">,
): Promise<Pin> {
  const [progress] = await reader.rows({
    name: "progress_as_of",
    sql: () =>
      "SELECT data_until, settings_offset FROM ingest_progress_as_of(as_of = {as_of:DateTime64(3, 'UTC')})",
    params: { as_of: storeTime(asOf) },
    row: Progress,
  });
  return {
    asOf,
    dataUntil: progress?.data_until ?? null,
    settingsOffset: progress?.settings_offset ?? -1n,
    books,
    periods,
  };
}
