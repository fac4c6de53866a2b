import {
  beliefEpoch,
  isSettlement,
  REVERSALS_MAX,
  reversalOf,
  settlementEpoch,
} from "#core/settlement-epoch.ts";
import { readBeliefs, standing } from "#jobs/conflicts/beliefs.ts";
import type { StoredRow } from "#jobs/conflicts/stored-row.ts";

/** A row to append: a copy of a belief under a settlement's epoch. */
export interface Append {
  readonly of: StoredRow;
  readonly epoch: number;
  readonly sign: 1 | -1;
}

/** A belief that must not count, and the one that stands instead (for a part that only it had: the call's). */
export interface Lost {
  readonly belief: StoredRow;
  readonly stands: StoredRow;
  /** It was reversed so often that no epoch is left: somebody has to look. */
  readonly isStuck: boolean;
}

export interface Settlement {
  readonly appends: readonly Append[];
  readonly lost: readonly Lost[];
  readonly stands: readonly StoredRow[];
}

/**
 * What has to be appended so that of one call (or request, or audit event) exactly one belief counts, with the parts
 * that its own record states. A function of the rows as they are, whoever wrote them in which order: done twice, or by
 * two at once, it gives the same rows, and after them nothing.
 *
 * `statedAt` are the positions of the records that state the call itself. A part from any other record belongs to the
 * call whichever copy stands (a metering event); a part from a copy of the call that does not stand goes with it.
 */
export function settle(rows: readonly StoredRow[], statedAt: ReadonlySet<string>): Settlement {
  const events = Map.groupBy(rows, (row) => row.eventId);
  const call = standing(readBeliefs(rows.filter((row) => row.eventId === row.callId)).live);
  const appends: Append[] = [];
  const lost: Lost[] = [];
  const stands: StoredRow[] = [];
  for (const ofEvent of events.values()) {
    const { live, takenBack } = readBeliefs(ofEvent);
    const stale = (belief: StoredRow) =>
      call !== null &&
      belief.eventId !== call.eventId &&
      belief.record !== call.record &&
      statedAt.has(belief.position);
    const best = standing(live.filter((belief) => !stale(belief)));
    if (best !== null) stands.push(best);
    const instead = best ?? call;
    const isLost = (belief: StoredRow) => belief !== best && live.includes(belief);
    const needed = settlementRows(ofEvent, isLost);
    appends.push(...needed.appends);
    for (const { belief, by } of takenBack)
      if (belief.version > by.version) appends.push({ of: belief, epoch: by.epoch, sign: -1 });
    for (const belief of live)
      if (belief !== best && instead !== null)
        lost.push({ belief, stands: instead, isStuck: needed.stuck.includes(belief) });
  }
  return { appends, lost, stands };
}

/**
 * Brings the settlements of one event to what they should be: a belief that lost is taken back once, any other is not.
 * A settlement is a mirror of its belief's row; where a better copy has replaced that row since, the mirror is
 * appended anew and replaces the old one, or the sums would keep the difference of the two. (A correction's -1 is such
 * a mirror too, and is kept like one in `settle`.)
 */
function settlementRows(
  rows: readonly StoredRow[],
  isLost: (belief: StoredRow) => boolean,
): { appends: readonly Append[]; stuck: readonly StoredRow[] } {
  const settled = Map.groupBy(
    rows.filter((row) => isSettlement(row.epoch)),
    (row) => `${row.place} ${beliefEpoch(row.epoch)}`,
  );
  const appends: Append[] = [];
  const stuck: StoredRow[] = [];
  for (const belief of rows) {
    if (isSettlement(belief.epoch) || belief.sign < 0) continue;
    const mirrors = settled.get(`${belief.place} ${belief.epoch}`) ?? [];
    for (const mirror of mirrors)
      if (
        mirror.version < belief.version ||
        (mirror.version === belief.version && mirror.record !== belief.record)
      )
        appends.push({ of: belief, epoch: mirror.epoch, sign: mirror.sign > 0 ? 1 : -1 });
    const isReversed = mirrors.reduce((sum, { sign }) => sum + sign, 0) < 0;
    const last = Math.max(0, ...mirrors.map(({ epoch }) => reversalOf(epoch)));
    if (isLost(belief) && !isReversed) {
      if (last === REVERSALS_MAX) stuck.push(belief);
      else appends.push({ of: belief, epoch: settlementEpoch(belief.epoch, last + 1), sign: -1 });
    }
    if (!isLost(belief) && isReversed)
      appends.push({ of: belief, epoch: settlementEpoch(belief.epoch, last), sign: 1 });
  }
  return { appends, stuck };
}
