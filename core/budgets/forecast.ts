/** A local day: the begin of its cell, and its day of the week, 0 to 6. */
export interface ForecastDay {
  readonly startS: number;
  readonly weekday: number;
}

export interface Forecast {
  readonly low: bigint;
  readonly expected: bigint;
  readonly high: bigint;
}

/** With fewer days on which anything was spent, nothing is said. */
export const ACTIVE_DAYS_MIN = 3;
/** Of a normal distribution, four fifths lie within so many hundredths of its deviation from the middle. */
const FOUR_FIFTHS = 128n;

/**
 * What a period is expected to end at, by its run rate: each day that is left costs what days of its name cost in the
 * last four weeks, drawn towards the mean of all days by one day's weight. `low` and `high` enclose four of five ends if
 * days go on to scatter as they did. In 1e-12 USD, whole numbers throughout: the same figures give the same forecast.
 * Null with less than three active days.
 *
 * @param given.history whole days before today, in order, up to 28; those before the first spend do not count
 * @param given.rest days of the period after today
 */
export function forecastOf(given: {
  readonly spent: bigint;
  readonly history: readonly ForecastDay[];
  readonly today: ForecastDay;
  readonly rest: readonly ForecastDay[];
  readonly spentOn: (startS: number) => bigint;
}): Forecast | null {
  const { spent, today, rest, spentOn } = given;
  const values = given.history.map((day) => ({ ...day, value: spentOn(day.startS) }));
  const days = values.slice(values.findIndex(({ value }) => value !== 0n));
  const active = values.filter(({ value }) => value !== 0n).length;
  if (active < ACTIVE_DAYS_MIN) return null;
  const mean = days.reduce((sum, { value }) => sum + value, 0n) / BigInt(days.length);
  const rates = Array.from({ length: 7 }, (_, weekday) => {
    const same = days.filter((day) => day.weekday === weekday);
    return same.reduce((sum, { value }) => sum + value, mean) / BigInt(same.length + 1);
  });
  const rateOf = ({ weekday }: ForecastDay) => rates[weekday] ?? mean;
  const soFar = spentOn(today.startS);
  const leftToday = rateOf(today) > soFar ? rateOf(today) - soFar : 0n;
  const left = rest.reduce((sum, day) => sum + rateOf(day), leftToday);
  const expected = spent + left;
  const squares = days.reduce((sum, day) => sum + (day.value - rateOf(day)) ** 2n, 0n);
  const variance = squares / BigInt(days.length - 1);
  const open = BigInt(rest.length + (leftToday > 0n ? 1 : 0));
  const spread = (FOUR_FIFTHS * squareRoot(variance * open)) / 100n;
  return { low: expected - spread > spent ? expected - spread : spent, expected, high: expected + spread };
}

/** The whole part of a square root, by Newton's steps from above. */
function squareRoot(square: bigint): bigint {
  if (square < 2n) return square;
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
