import { expect, test } from "vitest";
import { gapChanges } from "#core/coverage/gap-changes.ts";
import { merged, type Range, sizeOf, within, without } from "#core/coverage/range.ts";

const range = (from: number, to: number): Range => ({ from: BigInt(from), to: BigInt(to) });

test("ranges merge where they touch or overlap", () => {
  expect(merged([range(7, 9), range(1, 3), range(4, 4), range(8, 12)])).toEqual([range(1, 4), range(7, 12)]);
});

test("within and without share a range between them, whatever the others are", () => {
  for (let seed = 0; seed < 500; seed += 1) {
    const others = Array.from({ length: 4 }, (_, n) => {
      const from = (seed * 7 + n * 13 + seed * n) % 30;
      return range(from, from + ((seed + n * 5) % 6));
    });
    const whole = range(seed % 10, 10 + (seed % 17));
    const [inside, outside] = [within(whole, others), without(whole, others)];
    expect(merged([...inside, ...outside])).toEqual([whole]);
    expect(sizeOf([...inside, ...outside])).toBe(sizeOf([whole]));
  }
});

test("gaps that are new or judged otherwise are put on record, and those that are no more as resolved", () => {
  const gap = (from: number, to: number, verdict: string) => ({ ...range(from, to), verdict });
  const onRecord = [
    gap(1, 3, "missing"),
    gap(5, 9, "missing"),
    gap(11, 12, "damaged"),
    gap(20, 21, "resolved"),
  ];
  const now = [gap(1, 3, "missing"), gap(11, 12, "declared"), gap(30, 31, "expired")];
  expect(gapChanges(onRecord, now)).toEqual([
    gap(11, 12, "declared"),
    gap(30, 31, "expired"),
    gap(5, 9, "resolved"),
  ]);
});
