import { describe, expect, test } from "vitest";
import { addMoney, divideHalfEven, fitsMoney, formatMoney, type Money, parseMoney } from "#core/money.ts";
import { seeded } from "#test/core/seeded.ts";

function money(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

const LARGEST = `${"9".repeat(26)}.${"9".repeat(12)}`;

describe("a decimal string is a whole number of 1e-12 USD", () => {
  test.each<[string, bigint, string]>([
    ["0", 0n, "0"],
    ["-0", 0n, "0"],
    ["-0.000", 0n, "0"],
    ["0.000000000001", 1n, "0.000000000001"],
    ["-0.000000000001", -1n, "-0.000000000001"],
    ["1", 1_000_000_000_000n, "1"],
    ["007.10", 7_100_000_000_000n, "7.1"],
    ["0.0544285", 54_428_500_000n, "0.0544285"],
    ["-12.5", -12_500_000_000_000n, "-12.5"],
    ["1000000000000", 10n ** 24n, "1000000000000"],
    // Where a double ends (2^53 of 1e-12 is 9,007 USD) and where an Int64 ends (9.2 million USD).
    ["9007.199254740993", 9_007_199_254_740_993n, "9007.199254740993"],
    ["9223372.036854775808", 2n ** 63n, "9223372.036854775808"],
    [LARGEST, 10n ** 38n - 1n, LARGEST],
    [`-${LARGEST}`, 1n - 10n ** 38n, `-${LARGEST}`],
  ])("%s", (text, units, printed) => {
    expect(parseMoney(text)).toEqual({ ok: true, value: units });
    expect(formatMoney(units as Money)).toBe(printed);
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["a blank", " "],
    ["a blank before", " 1"],
    ["a line end after", "1\n"],
    ["a comma", "1,5"],
    ["thousands", "1,000.5"],
    ["an underscore", "1_000"],
    ["no digit before the point", ".5"],
    ["no digit after it", "5."],
    ["two points", "1.2.3"],
    ["a plus", "+1"],
    ["two signs", "--1"],
    ["a sign alone", "-"],
    ["a minus that is a dash", "−1"],
    ["an exponent", "1e3"],
    ["a small exponent", "1E-7"],
    ["not a number", "NaN"],
    ["infinity", "-Infinity"],
    ["hex", "0x10"],
    ["a bigint's literal", "1n"],
    ["other digits", "١٢"],
    ["full-width digits", "１２"],
    ["a currency", "$1"],
    ["13 places", "0.0000000000001"],
    ["13 places that are zeros", "1.0000000000000"],
    ["27 digits", "1".repeat(27)],
  ])("%s is refused: %j", (_name, text) => {
    expect(parseMoney(text)).toMatchObject({ ok: false, reason: "bad_number" });
  });

  test("what is refused is shown, but not at any length", () => {
    const read = parseMoney("9".repeat(10_000));
    expect(read.ok ? "" : read.detail.length).toBeLessThan(100);
  });
});

describe("bounds and rounding", () => {
  test("the column's bounds, on both sides", () => {
    const edge = 10n ** 38n;
    expect([edge - 1n, edge, 1n - edge, -edge].map(fitsMoney)).toEqual([true, false, true, false]);
  });

  test.each<[bigint, bigint, bigint]>([
    [0n, 4n, 0n],
    [4n, 4n, 1n],
    [1n, 4n, 0n],
    [3n, 4n, 1n],
    // A half goes to the even neighbour: 0.5, 1.5, 2.5, 3.5.
    [2n, 4n, 0n],
    [6n, 4n, 2n],
    [10n, 4n, 2n],
    [14n, 4n, 4n],
    // An odd divisor has no half.
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [5n * 10n ** 59n, 10n ** 60n, 0n],
    [5n * 10n ** 59n + 1n, 10n ** 60n, 1n],
  ])("%i / %i is %i, half to even", (dividend, divisor, quotient) => {
    expect(divideHalfEven(dividend, divisor)).toBe(quotient);
  });
});

describe("for any amount", () => {
  const random = seeded(20_261_123);

  /** A shortest decimal, as `formatMoney` would write it, made of digits and not of a number. */
  function decimal(): string {
    const digits = (count: number) => Array.from({ length: count }, () => random.below(10)).join("");
    const whole = random.below(3) === 0 ? "0" : `${1 + random.below(9)}${digits(random.below(24))}`;
    const places = random.below(12);
    const fraction = random.below(3) === 0 ? "" : `.${digits(places)}${1 + random.below(9)}`;
    return `${whole}${fraction}`;
  }

  test("printing what was read gives the same text, with a minus too", () => {
    for (let round = 0; round < 5_000; round++) {
      const text = decimal();
      expect(formatMoney(money(text))).toBe(text);
      if (text !== "0") expect(formatMoney(money(`-${text}`))).toBe(`-${text}`);
    }
  });

  test("reading what was printed gives the same amount", () => {
    for (let round = 0; round < 5_000; round++) {
      const amount = BigInt(`0x${Array.from({ length: 25 }, () => random.below(16).toString(16)).join("")}`);
      const signed = (random.below(2) === 0 ? amount : -amount) as Money;
      expect(money(formatMoney(signed))).toBe(signed);
    }
  });

  test("a sum is the sum on paper, in any order, and takes back what is taken away", () => {
    for (let round = 0; round < 200; round++) {
      const texts = Array.from({ length: 1 + random.below(40) }, decimal);
      const sum = formatMoney(addMoney(texts.map(money)));
      expect(sum).toBe(texts.reduce(sumOnPaper, "0"));
      expect(formatMoney(addMoney(texts.toReversed().map(money)))).toBe(sum);
      const back = texts.slice(1).map((text) => money(`-${text}`));
      expect(formatMoney(addMoney([...texts.map(money), ...back]))).toBe(texts[0]);
    }
  });

  test("a sum of nothing is nothing, and a tenth added ten times is one", () => {
    expect(addMoney([])).toBe(0n);
    expect(formatMoney(addMoney(Array.from({ length: 10 }, () => money("0.1"))))).toBe("1");
  });
});

/** Adds two decimals digit by digit from the right with a carry: no bigint, so another way than the code's. */
function sumOnPaper(left: string, right: string): string {
  const [leftWhole = "", leftPlaces = ""] = left.split(".");
  const [rightWhole = "", rightPlaces = ""] = right.split(".");
  const line = (whole: string, places: string) => `${whole.padStart(40, "0")}${places.padEnd(12, "0")}`;
  const upper = line(leftWhole, leftPlaces);
  const lower = line(rightWhole, rightPlaces);
  let carry = 0;
  let digits = "";
  for (let at = upper.length - 1; at >= 0; at--) {
    const column = Number(upper[at]) + Number(lower[at]) + carry;
    digits = `${column % 10}${digits}`;
    carry = Math.floor(column / 10);
  }
  const whole = digits.slice(0, -12).replace(/^0+(?=\d)/, "");
  const places = digits.slice(-12).replace(/0+$/, "");
  return places === "" ? whole : `${whole}.${places}`;
}
