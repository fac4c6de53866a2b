import { describe, expect, test } from "vitest";
import { gatewayAmount } from "#core/gateway-amount.ts";
import { formatMoney, parseMoney } from "#core/money.ts";
import { seeded } from "#test/core/seeded.ts";

describe("a gateway's figure as a plain decimal", () => {
  test.each<[string, unknown, string]>([
    ["a whole number", 3, "3"],
    ["zero", 0, "0"],
    ["minus zero", -0, "0"],
    ["minus zero as text", "-0.0", "0"],
    ["the smallest that is kept", 1e-12, "0.000000000001"],
    ["a number that prints with an exponent", 1e-7, "0.0000001"],
    ["the same as text", "1e-7", "0.0000001"],
    ["with a capital and a plus", "1.5E+2", "150"],
    ["a plus before", "+0.5", "0.5"],
    ["digits and an exponent", "123.456e-3", "0.123456"],
    ["a million million", 1e12, "1000000000000"],
    ["a number beyond 2^53", "9007199254740993", "9007199254740993"],
    ["a double that prints with an exponent upwards", 1e21, "1000000000000000000000"],
    ["text with blanks around", " 0.25\n", "0.25"],
    ["more than 9 places", "0.1234567891", "0.1234567891"],
    ["leading zeros", "000.5", "0.5"],
    ["a zero with any exponent", "0e999", "0"],
    ["one that vanishes", "1e-999", "0"],
  ])("%s: %j", (_name, value, amount) => {
    expect(gatewayAmount(value)).toEqual({ ok: true, value: amount });
  });

  test.each<[string, number, string]>([
    // What adding doubles leaves behind is beyond 12 places, and goes.
    ["0.1 + 0.2", 0.1 + 0.2, "0.3"],
    ["three rates times tokens", 3 * 3e-6 + 12304 * 3.75e-6 + 550 * 1.5e-5, "0.054399"],
    ["a third", 1 / 3, "0.333333333333"],
    ["two thirds", 2 / 3, "0.666666666667"],
  ])("float dust is rounded away: %s", (_name, value, amount) => {
    expect(gatewayAmount(value)).toEqual({ ok: true, value: amount });
  });

  test.each([
    ["0.0000000000005", "0"],
    ["0.0000000000015", "0.000000000002"],
    ["0.0000000000025", "0.000000000002"],
    ["0.00000000000250000001", "0.000000000003"],
    ["5e-13", "0"],
    ["15e-13", "0.000000000002"],
    // Below zero by less than half of the smallest unit: dust of a subtraction, not a negative cost.
    ["-1e-19", "0"],
  ])("half to even at 12 places: %s", (value, amount) => {
    expect(gatewayAmount(value)).toEqual({ ok: true, value: amount });
  });

  test.each<[string, unknown]>([
    ["below zero", -0.01],
    ["below zero as text", "-0.01"],
    ["below zero by the smallest unit", "-1e-12"],
    ["not a number", Number.NaN],
    ["not a number, as text", "NaN"],
    ["infinity", Number.POSITIVE_INFINITY],
    ["infinity as text", "Infinity"],
    ["nothing", ""],
    ["a blank", "  "],
    ["a comma", "1,5"],
    ["thousands", "1,000.50"],
    ["a currency", "$0.25"],
    ["a currency after", "0.25 USD"],
    ["hex", "0x1f"],
    ["an underscore", "1_000"],
    ["no digit before the point", ".5"],
    ["no digit after it", "5."],
    ["half an exponent", "1e"],
    ["an exponent with places", "1e1.5"],
    ["an exponent of four digits", "1e1000"],
    ["more than 26 digits", "1e27"],
    ["the largest double", Number.MAX_VALUE],
    ["an endless text", "9".repeat(100_000)],
    ["null", null],
    ["no value", undefined],
    ["a truth", true],
    ["a list", [0.25]],
    ["an object that prints as a number", { toString: () => "0.25" }],
    ["a bigint", 1n],
  ])("%s is no cost", (_name, value) => {
    expect(gatewayAmount(value)).toMatchObject({ ok: false, reason: "bad_number" });
  });

  test("the largest that the column holds, and one more", () => {
    const largest = "9".repeat(26);
    expect(gatewayAmount(`${largest}.${"9".repeat(12)}`)).toMatchObject({ ok: true });
    expect(gatewayAmount(`${largest}.${"9".repeat(13)}`)).toMatchObject({ ok: false });
  });

  test("the reason never carries a long text along", () => {
    const read = gatewayAmount("x".repeat(10_000));
    expect(read.ok ? "" : read.detail.length).toBeLessThan(100);
  });
});

test("a double of at most 12 places comes out as it was printed, and every figure can be read as money", () => {
  const random = seeded(9_812);
  for (let round = 0; round < 5_000; round++) {
    const places = 1 + random.below(12);
    const digits = `${random.below(10 ** 6)}`.padStart(places + 1, "0");
    const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`;
    const value = Number(text);
    const amount = gatewayAmount(value);
    if (!amount.ok) throw new Error(`${value}: ${amount.detail}`);
    expect(amount.value).toBe(text.replace(/\.?0+$/, ""));
    const read = parseMoney(amount.value);
    expect(read.ok && formatMoney(read.value)).toBe(amount.value);
  }
});
