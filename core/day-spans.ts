/** A stretch of a UTC day, in seconds from its begin; `ends` of what goes on to its end is 86,400. */
export interface Span {
  readonly starts: number;
  readonly ends: number;
}

export const DAY_S = 86_400;
export const HOUR_S = 3_600;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour * HOUR_S);

/**
 * When a day begins in zones whose clocks differ from UTC by a broken hour, as UTC (IANA tz database 2026; a test
 * compares it with the one that is here). A zone that moves elsewhere is answered from five minutes until it is added.
 */
const BROKEN_HOURS = [
  ...["02:30", "03:30", "09:30", "10:15", "11:15", "13:30", "14:30", "15:15"],
  ...["17:30", "18:15", "18:30", "19:30", "20:30"],
].map((text) => Number(text.slice(0, 2)) * HOUR_S + Number(text.slice(3)) * 60);

/** The moments of a UTC day at which a local day begins somewhere, in order; all are whole quarters of an hour. */
export const DAY_MARKS: readonly number[] = [...HOURS, ...BROKEN_HOURS].toSorted((one, other) => one - other);

/**
 * The stretches of a day that sums are kept of: to each mark, from each mark (the whole day is one), and its hours. The
 * first and the last hour are of both kinds and named once.
 */
export const DAY_SPANS: readonly Span[] = [
  ...DAY_MARKS.filter((mark) => mark > 0).map((ends) => ({ starts: 0, ends })),
  ...DAY_MARKS.map((starts) => ({ starts, ends: DAY_S })),
  ...HOURS.slice(1, -1).map((starts) => ({ starts, ends: starts + HOUR_S })),
];
