import { describe, expect, test } from "vitest";
import { windowAt, windowBefore } from "#core/budgets/windows.ts";
import type { BudgetPeriod } from "#core/settings/budget.ts";

const at = (period: BudgetPeriod, instant: string) => told(windowAt(period, Date.parse(instant)));
const told = ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
  `${new Date(fromMs).toISOString()} ${new Date(toMs).toISOString()}`;

describe("windowAt", () => {
  test.each<[string, BudgetPeriod, string, string]>([
    [
      "a day in Kolkata",
      { kind: "day", zone: "Asia/Kolkata" },
      "2026-11-01T18:29:59.999Z",
      "2026-10-31T18:30:00.000Z 2026-11-01T18:30:00.000Z",
    ],
    [
      "the next day in Kolkata, from its first instant on",
      { kind: "day", zone: "Asia/Kolkata" },
      "2026-11-01T18:30:00.000Z",
      "2026-11-01T18:30:00.000Z 2026-11-02T18:30:00.000Z",
    ],
    [
      "the day of 25 hours in New York",
      { kind: "day", zone: "America/New_York" },
      "2026-11-01T12:00:00.000Z",
      "2026-11-01T04:00:00.000Z 2026-11-02T05:00:00.000Z",
    ],
    [
      "the day of 23 hours in New York",
      { kind: "day", zone: "America/New_York" },
      "2026-03-08T12:00:00.000Z",
      "2026-03-08T05:00:00.000Z 2026-03-09T04:00:00.000Z",
    ],
    [
      "a month in Auckland in which clocks go back",
      { kind: "month", zone: "Pacific/Auckland" },
      "2026-04-10T00:00:00.000Z",
      "2026-03-31T11:00:00.000Z 2026-04-30T12:00:00.000Z",
    ],
    [
      "a week that begins on a Sunday",
      { kind: "week", zone: "UTC", week_start: "sunday" },
      "2026-11-28T23:59:59.999Z",
      "2026-11-22T00:00:00.000Z 2026-11-29T00:00:00.000Z",
    ],
    [
      "a quarter",
      { kind: "quarter", zone: "UTC" },
      "2026-11-28T00:00:00.000Z",
      "2026-10-01T00:00:00.000Z 2027-01-01T00:00:00.000Z",
    ],
    [
      "a fiscal month before its day",
      { kind: "fiscal_month", zone: "UTC", start_day: 6 },
      "2026-01-05T00:00:00.000Z",
      "2025-12-06T00:00:00.000Z 2026-01-06T00:00:00.000Z",
    ],
    [
      "a fiscal month on its day",
      { kind: "fiscal_month", zone: "UTC", start_day: 6 },
      "2026-01-06T00:00:00.000Z",
      "2026-01-06T00:00:00.000Z 2026-02-06T00:00:00.000Z",
    ],
    [
      "seven days up to the hour's end",
      { kind: "rolling", days: 7 },
      "2026-11-28T10:59:59.999Z",
      "2026-11-21T11:00:00.000Z 2026-11-28T11:00:00.000Z",
    ],
  ])("%s", (_, period, instant, window) => {
    expect(at(period, instant)).toBe(window);
  });

  test("windows of a calendar follow without a gap over a year", () => {
    const periods: BudgetPeriod[] = [
      { kind: "day", zone: "America/New_York" },
      { kind: "week", zone: "Pacific/Auckland", week_start: "wednesday" },
      { kind: "month", zone: "Asia/Kathmandu" },
      { kind: "quarter", zone: "Australia/Lord_Howe" },
      { kind: "fiscal_month", zone: "Europe/Berlin", start_day: 28 },
    ];
    for (const period of periods) {
      let window = windowAt(period, Date.UTC(2026, 0, 15));
      for (let step = 0; step < 370 && window.toMs < Date.UTC(2027, 0, 15); step++) {
        const next = windowAt(period, window.toMs);
        expect(next.fromMs).toBe(window.toMs);
        expect(windowBefore(period, next)).toEqual(window);
        window = next;
      }
    }
  });
});
