import { describe, expect, test } from "vitest";
import {
  HOLES_MAX,
  missingNumbers,
  type ProducerState,
  voidsOf,
  voidText,
  withSightings,
} from "#core/coverage/sequence.ts";

const seen = (from: number, to: number, atMs = from * 10) => ({
  ...{ from: BigInt(from), to: BigInt(to) },
  ...{ firstMs: atMs, lastMs: atMs },
});
const holesOf = (state: ProducerState | null) => state?.holes.map(({ from, to }) => `${from}-${to}`);

describe("numbers of a producer", () => {
  test("without a gap leave no hole, in whatever pieces and order they arrive", () => {
    expect(holesOf(withSightings(null, [seen(1, 3), seen(4, 9)]))).toEqual([]);
    const early = withSightings(null, [seen(4, 9)]);
    expect(holesOf(early)).toEqual(["1-3"]);
    expect(holesOf(withSightings(early, [seen(1, 3)]))).toEqual([]);
  });

  test("5 to 7 skipped are a hole, with the times between which they were due", () => {
    const state = withSightings(null, [seen(1, 4, 100), seen(8, 9, 200)]);
    expect(state).toMatchObject({ through: 9n, holes: [{ from: 5n, to: 7n, afterMs: 100, beforeMs: 200 }] });
  });

  test("repeats are no gap and fill none", () => {
    const state = withSightings(null, [seen(1, 4), seen(8, 9)]);
    expect(withSightings(state, [seen(2, 4), seen(8, 9)])).toEqual(state);
  });

  test("a late one in the middle leaves what is on both sides", () => {
    expect(holesOf(withSightings(withSightings(null, [seen(1, 4), seen(8, 9)]), [seen(6, 6)]))).toEqual([
      "5-5",
      "7-7",
    ]);
  });

  test("one that does not begin at 1 lacks its beginning", () => {
    expect(holesOf(withSightings(null, [seen(3, 3)]))).toEqual(["1-2"]);
  });

  test("random numbers do not make a record endless: the oldest holes are let go", () => {
    const random = Array.from({ length: HOLES_MAX + 50 }, (_, n) => seen(2 * n + 2, 2 * n + 2));
    const state = withSightings(null, random);
    expect(state?.holes).toHaveLength(HOLES_MAX);
    expect(state?.holes.at(-1)?.from).toBe(BigInt(2 * (HOLES_MAX + 50) - 1));
  });

  test("are missing only when all that Kafka had by then was looked at, and some time is over", () => {
    const state = withSightings(null, [seen(1, 4, 100), seen(8, 9, 200)]);
    if (state === null) throw new Error("nothing seen");
    expect(missingNumbers(state, { settledMs: 249, graceMs: 50 })).toEqual([]);
    expect(missingNumbers(state, { settledMs: 250, graceMs: 50 })).toHaveLength(1);
  });
});

describe("numbers that were taken back", () => {
  test("go there and back as a header", () => {
    const ranges = [
      { from: 5n, to: 7n },
      { from: 9n, to: 9n },
    ];
    expect(voidsOf(voidText(ranges))).toEqual(ranges);
    expect(voidText([])).toBe("");
  });

  test.each(["", "5", "7-5", "0-3", "5-7,", "a-b", "1-99999999999999999999"])(
    "%j takes nothing back",
    (text) => {
      expect(voidsOf(text)).toEqual([]);
    },
  );
});
