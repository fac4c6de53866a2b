import { expect, test } from "vitest";
import { knownGaps } from "#core/coverage/known-gaps.ts";

const gap = { topic: "t", from: 5n, to: 7n, verdict: "missing", afterMs: 0, beforeMs: null };

test("known gaps are plain JSON, and complete only where everything is explained", () => {
  const offsets = [{ ...gap, partition: 1, lifeMs: 0 }];
  const numbers = [{ ...gap, source: "app", producer: "run-1", verdict: "declared" }];
  expect(knownGaps({ offsets, numbers })).toEqual({
    complete: false,
    offsets: [
      {
        ...{ topic: "t", partition: 1, topic_since: null, from: "5", to: "7", count: "3" },
        ...{ verdict: "missing", unexplained: true, after: "1970-01-01T00:00:00.000Z", before: null },
      },
    ],
    numbers: [
      {
        ...{ topic: "t", source: "app", producer: "run-1", from: "5", to: "7", count: "3" },
        ...{ verdict: "declared", unexplained: false, after: "1970-01-01T00:00:00.000Z", before: null },
      },
    ],
  });
  expect(knownGaps({ offsets: [], numbers }).complete).toBe(true);
});
