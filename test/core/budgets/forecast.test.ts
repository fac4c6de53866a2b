import { describe, expect, test } from "vitest";
import { type ForecastDay, forecastOf } from "#core/budgets/forecast.ts";

/** Four weeks before Monday the 30th day, and what is left: days are numbered, and 0 is a Monday. */
const day = (at: number): ForecastDay => ({ startS: at, weekday: (at + 1) % 7 });
const history = Array.from({ length: 28 }, (_, at) => day(at));
const today = day(28);
const rest = [29, 30, 31, 32, 33, 34].map(day);
const of = (spentOn: (at: number) => bigint, spent = 0n) =>
  forecastOf({ spent, history, today, rest, spentOn });

describe("a forecast", () => {
  test("needs three active days", () => {
    expect(of((at) => (at === 20 || at === 21 ? 100n : 0n))).toBeNull();
    expect(of((at) => (at >= 20 && at < 23 ? 100n : 0n))).not.toBeNull();
  });

  test("of days that are all alike is certain: what was spent, the rest of today and of the period", () => {
    expect(of((at) => (at < 28 ? 100n : 40n), 140n)).toEqual({ low: 800n, expected: 800n, high: 800n });
  });

  test("counts a day by its name, drawn towards the mean of all by one day's weight", () => {
    // Fridays to Sundays nothing, other days 700: the mean is 400.
    const spentOn = (at: number) => (at % 7 < 4 ? 700n : 0n);
    const working = (4n * 700n + 400n) / 5n;
    const weekend = 400n / 5n;
    // Today is a Monday on which 700 are spent already: nothing is left of it.
    expect(of(spentOn, 700n)?.expected).toBe(700n + 3n * working + 3n * weekend);
  });

  test("is between a low and a high end that lie further apart the more days scatter, and never below what is spent", () => {
    const calm = of((at) => (at < 28 ? 100n + BigInt(at % 2) : 0n), 10_000n);
    const wild = of((at) => (at < 28 ? BigInt((at * 37) % 200) : 0n), 10_000n);
    const width = (one: typeof calm) => Number((one?.high ?? 0n) - (one?.low ?? 0n));
    expect(width(wild)).toBeGreaterThan(width(calm));
    const one = of((at) => (at === 5 ? 1_000_000n : at < 28 ? 1n : 0n), 10_000n);
    expect(one?.low).toBe(10_000n);
    expect(one?.expected).toBeGreaterThan(10_000n);
  });

  test("of a new scope learns from its first day on, not from the empty ones before", () => {
    const young = of((at) => (at >= 24 && at < 28 ? 100n : 0n));
    expect(young?.expected).toBe(7n * 100n);
  });
});
