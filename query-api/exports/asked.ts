import { z } from "zod";
import { DIMENSIONS, type Dimension } from "#query-api/dimensions.ts";
import type { AskDeps } from "#query-api/exports/export-kind.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import { periodsAsOf } from "#query-api/exports/period-status.ts";
import { type Pin, readAsOf, readPin } from "#query-api/exports/pin.ts";
import { from, manyOf, to, zone } from "#query-api/parameters.ts";
import { readRange } from "#query-api/range.ts";
import type { Reader } from "#query-api/reader.ts";

const asOf = z
  .string()
  .max(40)
  .optional()
  .describe(
    "Only what was written by this instant; absent: now. The same request with the same `as_of` gives the same bytes.",
  );

/** Parameters that every export takes. */
export const EXPORT_PARAMETERS = { from, to, tz: zone, as_of: asOf };

/** The filters of `/v1/costs`, but for `tag`, which takes a key beside its values. */
const FILTERS = DIMENSIONS.filter((name) => name !== "tag");
export const EXPORT_FILTERS = Object.fromEntries(
  FILTERS.map((name) => [name, manyOf(`Only calls with this ${name}; repeatable. Empty: not known.`)]),
) as Record<Exclude<Dimension, "tag">, ReturnType<typeof manyOf>>;

type Asked = {
  readonly from: string;
  readonly to?: string | undefined;
  readonly tz: string;
  readonly as_of?: string | undefined;
} & Readonly<Partial<Record<Dimension, readonly string[] | undefined>>>;

/**
 * Reads what was asked for and fixes it to an `as_of`, which an absent `to` follows.
 *
 * @throws failure REQUEST_INVALID
 */
export async function readQuestion(
  asked: Asked,
  daysMax: number,
  deps: AskDeps,
  reader: Reader,
): Promise<{ question: ExportQuestion; pin: Pin }> {
  const now = deps.clock();
  const pinnedTo = readAsOf(asked.as_of, now);
  const range = await readRange({ ...asked, to: asked.to ?? pinnedTo }, daysMax, { zones: deps.zones, now });
  // The same values in another order are the same question, with the same bytes and document numbers.
  const filters = Object.fromEntries(
    FILTERS.flatMap((name) => (asked[name] === undefined ? [] : [[name, [...new Set(asked[name])].sort()]])),
  );
  const books = periodsAsOf(deps.settings, range, pinnedTo);
  return { question: { ...range, asOf: pinnedTo, filters }, pin: await readPin(reader, pinnedTo, books) };
}
