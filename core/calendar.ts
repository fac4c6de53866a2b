import { z } from "zod";

export const WEEK_DAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

/** Where weeks and fiscal periods begin. */
export interface Calendar {
  readonly weekStart: (typeof WEEK_DAYS)[number];
  /** Month and day that the fiscal year begins on, `04-06`; fiscal months begin on that day of the month. */
  readonly fiscalStart: string;
}

export const USUAL_CALENDAR: Calendar = { weekStart: "monday", fiscalStart: "01-01" };

export const calendarParameters = {
  week_start: z.enum(WEEK_DAYS).default("monday").describe("The day that weeks begin on."),
  fiscal_start: z
    .string()
    .regex(/^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/, "is no month and day from 01-01 to 12-28")
    .default("01-01")
    .describe(
      "Month and day that the fiscal year begins on, such as `04-06`; fiscal months begin on that day of each month, at the latest the 28th.",
    ),
} as const;

/** The calendar as the values that the texts of `PERIOD_SQL` are bound to. */
export function calendarValues({ weekStart, fiscalStart }: Calendar): Record<string, number> {
  const [month, day] = fiscalStart.split("-");
  return {
    week_start: WEEK_DAYS.indexOf(weekStart) + 1,
    fiscal_months: Number(month) - 1,
    fiscal_days: Number(day) - 1,
  };
}
