import { z } from "zod";
import type { Span } from "#core/day-spans.ts";
import type { ViewQuery } from "#query-api/reader.ts";

const Stale = z.object({ day: z.string(), starts: z.int(), ends: z.int() });

/** More than these: the stretches are being made for the first time, or anew. */
export const STALE_MAX = 500;

const Odd = z.object({ bucket: z.string() });

/** Buckets of which something counts at another time, as the store writes them; that is in no stretch. */
export function oddBucketsQuery(from: string): ViewQuery<typeof Odd> {
  return {
    name: "odd_buckets",
    sql: () =>
      "SELECT toString(bucket) AS bucket FROM cost_5m_odd(from = {from:DateTime64(3, 'UTC')}) LIMIT {most:UInt32}",
    params: { from: from.replace("Z", ""), most: STALE_MAX + 1 },
    row: Odd,
  };
}

/** The stretches among some, of the days from the first to the last, that may not be read. */
export function staleSpansQuery(
  { first, last }: { readonly first: string; readonly last: string },
  wanted: readonly Span[],
): ViewQuery<typeof Stale> {
  return {
    name: "stale_spans",
    sql: () =>
      "SELECT toString(day) AS day, starts, ends FROM cost_spans_stale(spans = {spans:Array(Tuple(UInt32, UInt32))}, first = {first:Date}, end = {end:Date}) LIMIT {most:UInt32}",
    params: {
      spans: `[${wanted.map(({ starts, ends }) => `(${starts},${ends})`).join()}]`,
      first,
      end: new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10),
      most: STALE_MAX + 1,
    },
    row: Stale,
  };
}
