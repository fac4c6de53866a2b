import { isSettlement } from "#core/settlement-epoch.ts";
import type { StoredRow } from "#jobs/conflicts/stored-row.ts";

export interface Beliefs {
  readonly live: readonly StoredRow[];
  /** Those that a correction took back, each with the correction's row. */
  readonly takenBack: readonly { readonly belief: StoredRow; readonly by: StoredRow }[];
}

/**
 * The beliefs about one event, settlements of conflicts aside: at each place, a row with sign +1 lives until a later
 * epoch's -1. More than one live belief is a conflict.
 */
export function readBeliefs(rows: readonly StoredRow[]): Beliefs {
  const stated = rows
    .filter((row) => !isSettlement(row.epoch))
    .toSorted((a, b) => a.epoch - b.epoch || a.sign - b.sign);
  const places = new Map<string, StoredRow[]>();
  const takenBack: { belief: StoredRow; by: StoredRow }[] = [];
  for (const row of stated) {
    const live = places.get(row.place) ?? [];
    places.set(row.place, live);
    if (row.sign > 0) live.push(row);
    else {
      // That of its record; where a better copy has replaced that one since, what was ingested: only that is replaced.
      const own = live.findLastIndex(({ record }) => record === row.record);
      const at = own === -1 ? live.findIndex(({ epoch }) => epoch === 0) : own;
      const [belief] = at === -1 ? [] : live.splice(at, 1);
      if (belief !== undefined) takenBack.push({ belief, by: row });
    }
  }
  return { live: [...places.values()].flat(), takenBack };
}

/**
 * Which of several live beliefs stands. Of one record, the belief of the latest epoch; of several records, the one with
 * the better usage quality, else the earlier append (that is what the version says). The rest is only so that
 * everybody decides alike.
 */
export function standing(beliefs: readonly StoredRow[]): StoredRow | null {
  const latest = new Map<string, StoredRow>();
  for (const belief of beliefs) {
    const other = latest.get(belief.record);
    if (other === undefined || isLater(belief, other)) latest.set(belief.record, belief);
  }
  return [...latest.values()].toSorted(byRank)[0] ?? null;
}

function isLater(a: StoredRow, b: StoredRow): boolean {
  return a.epoch === b.epoch ? a.place < b.place : a.epoch > b.epoch;
}

function byRank(a: StoredRow, b: StoredRow): number {
  if (a.version !== b.version) return a.version > b.version ? -1 : 1;
  return a.record < b.record ? -1 : 1;
}
