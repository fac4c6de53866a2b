import { DAY_MARKS, DAY_S, HOUR_S, type Span } from "#core/day-spans.ts";

/** A stretch of one UTC day (`2026-11-01`). */
export interface DaySpan extends Span {
  readonly day: string;
}

/** What a range is summed from; each five minutes of it are in exactly one of the two. */
export interface SpanPlan {
  readonly spans: readonly DaySpan[];
  /** The begins of five minutes, in seconds since 1970. */
  readonly bucketsS: readonly number[];
}

const BUCKET_S = 300;
export const HOURS: readonly Span[] = Array.from({ length: 24 }, (_, hour) => ({
  starts: hour * HOUR_S,
  ends: (hour + 1) * HOUR_S,
}));

/**
 * A range cut at the begins of periods and of UTC days, so that each piece is within one day and counts in one period.
 * null where a cut does not fall between two five minutes (in no zone since 1972).
 */
export function piecesOf(fromMs: number, toMs: number, periodStartsMs: readonly number[]): DaySpan[] | null {
  const daysMs: number[] = [];
  for (let ms = fromMs - (fromMs % (DAY_S * 1000)); ms < toMs; ms += DAY_S * 1000) daysMs.push(ms);
  const inside = [...daysMs, ...periodStartsMs].filter((ms) => ms > fromMs && ms < toMs);
  const cuts = [...new Set([fromMs, ...inside, toMs])].toSorted((one, other) => one - other);
  if (cuts.some((ms) => ms % (BUCKET_S * 1000) !== 0)) return null;
  return cuts.slice(1).map((endMs, at) => {
    const startS = (cuts[at] ?? 0) / 1000;
    const dayS = startS - (startS % DAY_S);
    const day = new Date(dayS * 1000).toISOString().slice(0, 10);
    return { day, starts: startS - dayS, ends: endMs / 1000 - dayS };
  });
}

/** The longest stretches in some pieces: what has to be known of is whether they may be read. */
export function wantedSpans(pieces: readonly DaySpan[]): readonly Span[] {
  const wanted = pieces.flatMap((piece) => longestIn(piece) ?? []);
  return [...new Map(wanted.map(({ starts, ends }) => [`${starts}-${ends}`, { starts, ends }])).values()];
}

/** The days of which not every piece is one stretch that may be read: of those the hours have to be known of too. */
export function daysWithGaps(pieces: readonly DaySpan[], mayRead: (span: DaySpan) => boolean): string[] {
  const isWhole = (piece: DaySpan) => {
    const longest = longestIn(piece);
    return (
      longest !== null &&
      longest.starts === piece.starts &&
      longest.ends === piece.ends &&
      mayRead({ day: piece.day, ...longest })
    );
  };
  return [...new Set(pieces.filter((piece) => !isWhole(piece)).map(({ day }) => day))];
}

/** Covers pieces by the longest stretches that may be read, what is left by hours, and the rest by five minutes. */
export function planSpans(pieces: readonly DaySpan[], mayRead: (span: DaySpan) => boolean): SpanPlan {
  const spans: DaySpan[] = [];
  const bucketsS: number[] = [];
  const byHours = (day: string, starts: number, ends: number) => {
    const dayS = Date.parse(`${day}T00:00:00Z`) / 1000;
    for (let at = starts; at < ends; ) {
      const hour = { day, starts: at, ends: at + HOUR_S };
      const isHour = at % HOUR_S === 0 && hour.ends <= ends && mayRead(hour);
      if (isHour) spans.push(hour);
      else bucketsS.push(dayS + at);
      at += isHour ? HOUR_S : BUCKET_S;
    }
  };
  for (const piece of pieces) {
    const { day, starts, ends } = piece;
    const longest = longestIn(piece);
    if (longest === null || !mayRead({ day, ...longest })) byHours(day, starts, ends);
    else {
      byHours(day, starts, longest.starts);
      spans.push({ day, ...longest });
      byHours(day, longest.ends, ends);
    }
  }
  return { spans, bucketsS };
}

/** The longest stretch of those that begin or end with the day, inside of a piece. */
function longestIn({ starts, ends }: Span): Span | null {
  if (ends === DAY_S) return { starts: DAY_MARKS.find((mark) => mark >= starts) ?? 0, ends };
  const mark = DAY_MARKS.findLast((one) => one <= ends) ?? 0;
  return starts === 0 && mark > 0 ? { starts, ends: mark } : null;
}
