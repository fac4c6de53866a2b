import { expect, test } from "vitest";
import { type CoveredBatch, livesOf } from "#core/coverage/lives.ts";

function batch(from: number, to: number, appendMs: number, ingestedAtMs = appendMs): CoveredBatch {
  const records = BigInt(to - from + 1);
  return {
    ...{ from: BigInt(from), to: BigInt(to), records, elements: records, accepted: records, rejected: 0n },
    ...{ firstAppendMs: appendMs, lastAppendMs: appendMs, ingestedAtMs },
  };
}
const shape = (lives: ReturnType<typeof livesOf>) =>
  lives.map(({ sinceMs, batches }) => ({
    sinceMs,
    batches: batches.map(({ from, to }) => `${from}-${to}`),
  }));

test("batches that go on are one life", () => {
  expect(shape(livesOf([batch(0, 4, 100), batch(5, 9, 200)], null))).toEqual([
    { sinceMs: 0, batches: ["0-4", "5-9"] },
  ]);
});

test("offsets that begin again with later append times are another life", () => {
  expect(shape(livesOf([batch(0, 9, 100), batch(0, 3, 300), batch(4, 5, 400)], null))).toEqual([
    { sinceMs: 0, batches: ["0-9"] },
    { sinceMs: 300, batches: ["0-3", "4-5"] },
  ]);
});

test("a batch that fills a hole later is of the same life", () => {
  const late = batch(5, 7, 150, 900);
  expect(shape(livesOf([batch(0, 4, 100), batch(8, 9, 200), late], null))).toEqual([
    { sinceMs: 0, batches: ["0-4", "5-7", "8-9"] },
  ]);
});

test("it is told from where the last look ended", () => {
  const soFar = { sinceMs: 100, through: 9n, lastAppendMs: 200 };
  expect(shape(livesOf([batch(10, 12, 300)], soFar))).toEqual([{ sinceMs: 100, batches: ["10-12"] }]);
  expect(shape(livesOf([batch(0, 12, 300)], soFar))).toEqual([
    { sinceMs: 100, batches: [] },
    { sinceMs: 300, batches: ["0-12"] },
  ]);
});
