import { describe, expect, test } from "vitest";
import { type Held, judgeHole } from "#core/coverage/judge-hole.ts";
import type { Range } from "#core/coverage/range.ts";

const range = (from: number, to: number): Range => ({ from: BigInt(from), to: BigInt(to) });
const NOTHING: Held = {
  ...{ records: [], control: [], aborted: [], compacted: [], unreadable: [], absent: [] },
};

function judge(hole: Range, held: Partial<Held>, more: Partial<Parameters<typeof judgeHole>[1]> = {}) {
  const { gaps, explained } = judgeHole(hole, {
    held: { ...NOTHING, ...held },
    ...{ low: 0n, declared: [], stored: [], isExcused: false, isCompacting: false, ...more },
  });
  return { gaps: gaps.map(({ from, to, verdict }) => `${from}-${to} ${verdict}`), explained };
}

describe("a hole", () => {
  test("of markers, aborted and compacted offsets is no gap, and counted", () => {
    const held = { control: [range(5, 5)], aborted: [range(6, 8)], compacted: [range(9, 9)] };
    expect(judge(range(5, 9), held)).toEqual({
      gaps: [],
      explained: { control: 1n, aborted: 3n, compacted: 1n, unseen: 0n },
    });
  });

  test("that no batch of Kafka's spans is missing, to the offset", () => {
    expect(judge(range(5, 20), { control: [range(5, 5)], absent: [range(6, 20)] }).gaps).toEqual([
      "6-20 missing",
    ]);
  });

  test("that retention overtook is expired; what is left in Kafka was skipped", () => {
    expect(judge(range(5, 20), { records: [range(11, 20)] }, { low: 11n }).gaps).toEqual([
      "5-10 expired",
      "11-20 skipped",
    ]);
  });

  test("of what cannot be read is damaged; where an operator gave it up, declared", () => {
    const held = { unreadable: [range(5, 9)] };
    expect(judge(range(5, 9), held).gaps).toEqual(["5-9 damaged"]);
    expect(judge(range(5, 9), held, { declared: [range(0, 7)] }).gaps).toEqual([
      "5-7 declared",
      "8-9 damaged",
    ]);
  });

  test("whose rows are there and whose batch is not is unlisted", () => {
    expect(judge(range(5, 9), { records: [range(5, 9)] }, { stored: [range(5, 9)] }).gaps).toEqual([
      "5-9 unlisted",
    ]);
  });

  test("before a gateway's topic was a source is counted and no loss", () => {
    const judged = judge(range(0, 9), {}, { low: 10n, isExcused: true });
    expect(judged).toEqual({
      gaps: [],
      explained: { control: 0n, aborted: 0n, compacted: 0n, unseen: 10n },
    });
  });

  test("of a compacted topic is house-keeping", () => {
    expect(judge(range(5, 9), { absent: [range(5, 9)] }, { isCompacting: true }).gaps).toEqual([]);
  });
});
