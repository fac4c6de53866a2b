import { expect, test } from "vitest";
import { instantOfLocalDate } from "#core/local-time.ts";
import { relativeRange } from "#query-api/exports/schedule/relative-range.ts";

const DUE = "2026-12-01T05:00:00.000Z";

test.each([
  ["previous_day", "Europe/Berlin", DUE, "2026-11-30", "2026-12-01"],
  ["previous_week", "Europe/Berlin", DUE, "2026-11-23", "2026-11-30"],
  ["previous_month", "Europe/Berlin", DUE, "2026-11-01", "2026-12-01"],
  ["previous_quarter", "Europe/Berlin", DUE, "2026-07-01", "2026-10-01"],
  ["previous_quarter", "UTC", "2026-02-01T00:00:00.000Z", "2025-10-01", "2026-01-01"],
  ["previous_year", "Europe/Berlin", DUE, "2025-01-01", "2026-01-01"],
  ["month_to_date", "Europe/Berlin", DUE, "2026-12-01", DUE],
  ["year_to_date", "Europe/Berlin", DUE, "2026-01-01", DUE],
  ["previous_month", "UTC", "2026-01-15T00:00:00.000Z", "2025-12-01", "2026-01-01"],
  ["previous_week", "UTC", "2026-11-30T00:00:00.000Z", "2026-11-23", "2026-11-30"],
  ["previous_week", "UTC", "2026-11-29T23:59:00.000Z", "2026-11-16", "2026-11-23"],
  // The first minute of a month in one zone is the last hours of another in the next.
  ["previous_month", "Asia/Kathmandu", "2026-11-30T18:30:00.000Z", "2026-11-01", "2026-12-01"],
  ["previous_month", "America/New_York", "2026-12-01T04:30:00.000Z", "2026-10-01", "2026-11-01"],
  // At the very begin: all of the one before, not nothing.
  ["month_to_date", "Asia/Kathmandu", "2026-11-30T18:15:00.000Z", "2026-11-01", "2026-11-30T18:15:00.000Z"],
  ["year_to_date", "UTC", "2027-01-01T00:00:00.000Z", "2026-01-01", "2027-01-01T00:00:00.000Z"],
] as const)("%s in %s at %s", (range, zone, due, from, to) => {
  expect(relativeRange(range, Date.parse(due), zone)).toEqual({ from, to });
});

test.each([
  ["Europe/Berlin", "2026-03-30T04:00:00.000Z", 23],
  ["Europe/Berlin", "2026-10-26T05:00:00.000Z", 25],
  ["America/New_York", "2026-03-09T10:00:00.000Z", 23],
  ["America/New_York", "2026-11-02T11:00:00.000Z", 25],
  ["Asia/Kathmandu", "2026-03-30T04:00:00.000Z", 24],
])("the day before in %s at %s has %i hours", (zone, due, hours) => {
  const { from, to } = relativeRange("previous_day", Date.parse(due), zone);
  expect((instantOfLocalDate(to, zone) - instantOfLocalDate(from, zone)) / 3_600_000).toBe(hours);
});
