import { type Calendar, WEEK_DAYS } from "#core/calendar.ts";
import { localDays } from "#core/local-time.ts";
import type { Period } from "#query-api/granularity.ts";

const IS_START: Readonly<Record<Exclude<Period, "hour">, (date: string, calendar: Calendar) => boolean>> = {
  day: () => true,
  // `getUTCDay` counts from Sunday.
  week: (date, { weekStart }) => WEEK_DAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] === weekStart,
  month: (date) => date.endsWith("-01"),
  quarter: (date) => date.endsWith("-01"),
  fiscal_month: startsFiscalMonth,
  fiscal_quarter: startsFiscalMonth,
  fiscal_year: startsFiscalMonth,
};

/**
 * The instants inside (from, to) at which a period of the zone may begin: all at which one does, and of the longer ones
 * some at which none does, which costs nothing but a cut.
 */
export function periodStarts(
  granularity: Exclude<Period, "hour">,
  calendar: Calendar,
  range: { readonly fromMs: number; readonly toMs: number; readonly tz: string },
): readonly number[] {
  return localDays(range.fromMs, range.toMs, range.tz)
    .filter(({ date }) => IS_START[granularity](date, calendar))
    .map(({ startMs }) => startMs);
}

function startsFiscalMonth(date: string, { fiscalStart }: Calendar): boolean {
  return date.endsWith(fiscalStart.slice(2));
}
