import { expect, test } from "vitest";
import { instantOfLocalDate } from "#core/local-time.ts";
import { previousRange } from "#query-api/previous-range.ts";

const instant = (text: string, tz: string) =>
  text.includes("T") ? text : new Date(instantOfLocalDate(text, tz)).toISOString();

test.each([
  ["a month: the month before, however long", "UTC", "2026-11-01", "2026-12-01", "2026-10-01"],
  ["a month with a change of clocks", "America/New_York", "2026-11-01", "2026-12-01", "2026-10-01"],
  ["a quarter", "Asia/Kathmandu", "2026-01-01", "2026-04-01", "2025-10-01"],
  ["a year", "Asia/Kolkata", "2026-01-01", "2027-01-01", "2025-01-01"],
  ["a day of 25 hours: the day of 24 before", "America/New_York", "2026-11-01", "2026-11-02", "2026-10-31"],
  ["a week with a change of clocks", "America/New_York", "2026-03-05", "2026-03-12", "2026-02-26"],
  [
    "anything else: as long",
    "UTC",
    "2026-11-01T10:30:00.000Z",
    "2026-11-01T12:00:00.000Z",
    "2026-11-01T09:00:00.000Z",
  ],
])("%s (%s)", (_, tz, from, to, before) => {
  const range = { from: instant(from, tz), to: instant(to, tz), tz };
  expect(previousRange(range)).toEqual({ from: instant(before, tz), to: range.from, tz });
});
