import { describe, expect, test } from "vitest";
import { booksOf, correctionReason, postingOf, runKinds } from "#core/periods/posting.ts";
import { BELIEF_EPOCH_MAX, settlementEpoch } from "#core/settlement-epoch.ts";
import { randomBooks, randomMoment } from "#test/core/periods/random-books.ts";
import { closed, month } from "#test/core/settings/period-changes.ts";

const at = (text: string) => Date.parse(`2026-${text}T00:00:00.000Z`);
const versioned = (...values: Parameters<typeof booksOf>[0] extends Iterable<infer V> ? V[] : never) =>
  values;

describe("posting", () => {
  // October is cut on the 5th of November, November on the 4th of December; December is not made yet.
  const books = booksOf(
    versioned(
      { value: month(11) },
      { value: closed(10, "2026-11-05T00:00:00.000Z") },
      { value: closed(9, "2026-10-04T00:00:00.000Z") },
    ),
  );
  const of = (event: string, written: string) => {
    const posting = postingOf(books, { eventTimeMs: at(event), ingestedAtMs: at(written) });
    return [
      posting.booked?.id,
      posting.corrects?.id,
      new Date(posting.bookedAtMs).toISOString().slice(5, 10),
    ];
  };

  test("is in the period of the call until its cut, and then in the earliest one that is open", () => {
    expect(of("10-31", "11-05")).toEqual(["2026-10", undefined, "10-31"]);
    expect(of("10-31", "11-06")).toEqual(["2026-11", "2026-10", "11-06"]);
    // October was not cut on the 2nd of November: what corrects September is still in October's statement.
    expect(of("09-15", "11-02")).toEqual(["2026-10", "2026-09", "10-31"]);
    expect(of("09-15", "11-06")).toEqual(["2026-11", "2026-09", "11-06"]);
    // November is over and open: its statement is the next one.
    expect(of("09-15", "12-20")).toEqual(["2026-11", "2026-09", "11-30"]);
    expect(of("11-15", "12-20")).toEqual(["2026-11", undefined, "11-15"]);
  });

  test("has nothing to do where the books do not reach, and goes behind them where all are closed", () => {
    expect(of("08-31", "12-20")).toEqual([undefined, undefined, "08-31"]);
    expect(of("12-01", "12-20")).toEqual([undefined, undefined, "12-01"]);
    const shut = booksOf(versioned({ value: closed(10, "2026-11-05T00:00:00.000Z") }));
    const late = postingOf(shut, { eventTimeMs: at("10-31"), ingestedAtMs: at("11-20") });
    expect([late.booked, late.corrects?.id, late.bookedAtMs]).toEqual([null, "2026-10", at("11-20")]);
  });

  test("never leaves a closed period, and none comes in, whatever is opened and closed later", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { books: all, random } = randomBooks(seed);
      const closedCount = all.filter(({ closedAtMs }) => closedAtMs !== null).length;
      for (let row = 0; row < 40; row++) {
        const moment = randomMoment(all, random);
        const whole = postingOf(all, moment);
        for (let cut = 0; cut <= closedCount; cut++) {
          // As the books were when only the first `cut` were closed, and when later ones were not made yet.
          const then = all.map((book, index) => (index < cut ? book : { ...book, closedAtMs: null }));
          for (const known of [then, then.slice(0, cut)]) {
            const before = postingOf(known, moment);
            const isFixed = (before.booked?.closedAtMs ?? null) !== null;
            if (isFixed) expect(whole, `seed ${seed}`).toEqual(before);
            const place = all.findIndex(({ id }) => id === whole.booked?.id);
            if (!isFixed && place !== -1) expect(place, `seed ${seed}`).toBeGreaterThanOrEqual(cut);
          }
        }
      }
    }
  });
});

test("the reason of a correction is told by its epoch", () => {
  const kinds = runKinds([{ value: { epoch: 2, kind: "replay" } as never }]);
  expect([0, 2, 1, 7].map((epoch) => correctionReason(epoch, kinds))).toEqual([
    "late",
    "replay",
    "other",
    "other",
  ]);
  for (const epoch of [0, 2, BELIEF_EPOCH_MAX])
    expect(correctionReason(settlementEpoch(epoch, 1), kinds)).toBe("settlement");
});
