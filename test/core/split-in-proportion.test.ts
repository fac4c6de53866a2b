import { describe, expect, test } from "vitest";
import { splitInProportion } from "#core/split-in-proportion.ts";

describe("parts in proportion", () => {
  test.each([
    [10n, [1n, 1n, 1n], [4n, 3n, 3n]],
    [-10n, [1n, 1n, 1n], [-4n, -3n, -3n]],
    [90n, [-50n, -50n], [45n, 45n]],
    [2n, [1n, 0n, 2n], [1n, 0n, 1n]],
    [0n, [3n, 4n], [0n, 0n]],
    [7n, [5n], [7n]],
  ])("of %s by %s", (whole, weights, parts) => {
    expect(splitInProportion(whole, weights)).toEqual(parts);
  });

  test("add up to the whole, and none is a unit away from its share", () => {
    for (let seed = 1n; seed < 2_000n; seed++) {
      const weights = Array.from(
        { length: Number(seed % 7n) + 1 },
        (_, at) => (seed * 7_919n * BigInt(at + 1)) % 1_009n,
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0n);
      if (total === 0n) continue;
      const whole = seed * 104_729n;
      const parts = splitInProportion(whole, weights);
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole);
      for (const [at, part] of parts.entries()) {
        const away = part * total - whole * (weights[at] ?? 0n);
        expect(away < total && away > -total).toBe(true);
      }
    }
  });

  test("by weights of both signs are refused: the parts would be nobody's share", () => {
    expect(() => splitInProportion(10n, [-5n, 1n])).toThrow("both signs");
  });

  test("by nothing are refused", () => {
    expect(() => splitInProportion(1n, [])).toThrow("nothing to split by");
  });
});
