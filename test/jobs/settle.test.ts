import { describe, expect, test } from "vitest";
import { beliefEpoch, isSettlement, settlementEpoch } from "#core/settlement-epoch.ts";
import { isLookedAt, joinLooked, type Part, readPartName } from "#jobs/conflicts/blocks.ts";
import { type Append, settle } from "#jobs/conflicts/settle.ts";
import type { StoredRow } from "#jobs/conflicts/stored-row.ts";
import { seeded } from "#test/core/seeded.ts";

const CALL = "c".repeat(32);

function rowOf(fields: Partial<StoredRow> & { offset: number; amount: number }): StoredRow {
  const { offset, amount, ...rest } = fields;
  const position = `t/0/${offset}/0`;
  return {
    columns: { amount },
    eventId: CALL,
    callId: CALL,
    kind: "response",
    place: "a",
    month: "2026-11",
    epoch: 0,
    sign: 1,
    version: BigInt(100 - offset),
    position,
    record: `${position} t`,
    ...rest,
  };
}

/** A table that keeps the largest version of a key, the last written of equal ones. */
function makeStore() {
  const rows = new Map<string, StoredRow>();
  const add = (row: StoredRow) => {
    const key = JSON.stringify([row.eventId, row.place, row.epoch, row.sign]);
    const held = rows.get(key);
    if (held === undefined || row.version >= held.version) rows.set(key, row);
  };
  const append = ({ of, epoch, sign }: Append) => add({ ...of, epoch, sign });
  const all = () => [...rows.values()];
  const sum = (of: (row: StoredRow) => number) => all().reduce((total, row) => total + row.sign * of(row), 0);
  return { add, append, all, sum, amount: () => sum((row) => Number(row.columns["amount"])) };
}

const stated = (rows: readonly StoredRow[]) => new Set(rows.map(({ position }) => position));

function settleAll(store: ReturnType<typeof makeStore>): void {
  for (let round = 0; round < 4; round += 1)
    for (const append of settle(store.all(), stated(store.all())).appends) store.append(append);
}

/** Twelve things happen to one call in an order of chance; then everybody settles until nothing is left to do. */
function untilSettled(seed: number) {
  const { below, pick } = seeded(seed);
  const places = ["a", "b", "c"];
  // What a record says does not change, however often it arrives.
  const records = Array.from({ length: 8 }, (_, offset) =>
    rowOf({
      offset,
      version: BigInt(below(3) * 1000 + 100 - offset),
      amount: 1 + below(1000),
      place: pick(places),
    }),
  );
  const store = makeStore();
  let epoch = 0;
  let old: StoredRow[] = [];
  for (let step = 0; step < 12; step += 1) {
    const chance = below(100);
    if (chance < 50) {
      store.add(pick(records));
    } else if (chance < 65) {
      // A replay moves what stands, and may be broken off between its two rows.
      settleAll(store);
      const [standing] = settle(store.all(), stated(store.all())).stands;
      if (standing === undefined) continue;
      epoch += 1;
      store.add({ ...standing, epoch, sign: -1 });
      const columns = { amount: 1 + below(1000) };
      if (below(10) > 0) store.add({ ...standing, epoch, columns, place: pick(places) });
    } else {
      // Somebody settles, perhaps by what was there before, and perhaps not to the end.
      const seen = below(10) < 4 ? old : store.all();
      const { appends } = settle(seen, stated(seen));
      for (const append of appends.slice(0, below(10) < 7 ? appends.length : below(3))) store.append(append);
    }
    if (below(2) === 0) old = store.all();
  }
  settleAll(store);
  return { store, stands: settle(store.all(), stated(store.all())).stands };
}

describe("settling", () => {
  test("ends with one belief that counts, whatever arrived, was replayed or broke off", () => {
    for (let seed = 0; seed < 2000; seed += 1) {
      const { store, stands } = untilSettled(seed);
      expect(settle(store.all(), stated(store.all())).appends, `seed ${seed}`).toEqual([]);
      expect(
        store.sum(() => 1),
        `seed ${seed}`,
      ).toBe(stands.length);
      expect(store.amount(), `seed ${seed}`).toBe(Number(stands[0]?.columns["amount"] ?? 0));
    }
  });

  test("a part that another record states stays with the call, whichever copy stands", () => {
    const part = { kind: "part", eventId: "p".repeat(32) } as const;
    const rows = [
      rowOf({ offset: 1, amount: 5 }),
      rowOf({ offset: 2, amount: 5, place: "b" }),
      rowOf({ offset: 3, amount: 7, ...part }),
      rowOf({ offset: 2, amount: 9, eventId: "q".repeat(32), kind: "part", place: "b" }),
    ];
    const { appends, lost } = settle(rows, new Set(["t/0/1/0", "t/0/2/0"]));
    expect(appends.map(({ of }) => [of.eventId[0], of.position])).toEqual([
      ["c", "t/0/2/0"],
      ["q", "t/0/2/0"],
    ]);
    expect(lost).toHaveLength(2);
  });
});

describe("epochs of settlements", () => {
  test("are no replay's, differ by belief and reversal, and fit into the column", () => {
    const epochs = [
      settlementEpoch(0, 1),
      settlementEpoch(0, 127),
      settlementEpoch(1, 1),
      settlementEpoch(2 ** 24 - 1, 127),
    ];
    expect(new Set(epochs).size).toBe(4);
    for (const epoch of epochs) expect(isSettlement(epoch) && epoch < 2 ** 32).toBe(true);
    expect(epochs.map(beliefEpoch)).toEqual([0, 0, 1, 2 ** 24 - 1]);
    expect(() => settlementEpoch(2 ** 24, 1)).toThrow(RangeError);
    expect(() => settlementEpoch(0, 128)).toThrow(RangeError);
  });
});

describe("what was looked at", () => {
  const part = (name: string): Part => {
    const read = readPartName(name, 1);
    if (read === null) throw new Error(name);
    return read;
  };

  test("joins over numbers that other partitions took, and never over a part that nobody read", () => {
    const present = ["202611_1_1_0", "202611_3_3_0", "202611_7_9_1", "202611_12_12_0_13"].map(part);
    const ranges = joinLooked(present, ({ first }) => first !== 7n);
    expect(ranges).toEqual([
      { first: 1n, last: 3n },
      { first: 12n, last: 12n },
    ]);
    expect(isLookedAt(part("202611_1_3_1"), ranges)).toBe(true);
    expect(isLookedAt(part("202611_1_9_2"), ranges)).toBe(false);
    expect(isLookedAt(part("202611_12_14_1"), ranges)).toBe(false);
  });

  test("is nothing where no part is any more", () => {
    expect(joinLooked([], () => true)).toEqual([]);
    expect(readPartName("detached", 1)).toBe(null);
  });
});
