/**
 * Epochs of settlements: the rows by which a conflict is reversed. Replays count epochs up from 0; a settlement's
 * epoch is not allocated but derived from the belief that it reverses, so that everybody who finds the same conflict
 * writes the same row. The highest bit says "settlement", the next 24 are the epoch of the belief, the last 7 which
 * reversal of that belief it is: an epoch of a replay can therefore never be taken. `sign` -1 is the reversal, +1 under
 * the same epoch takes the reversal back, when a better copy has arrived.
 */
export const SETTLEMENT_FLOOR = 2 ** 31;
/** The highest epoch that a replay, a re-rate or a re-attribution may use. */
export const BELIEF_EPOCH_MAX = 2 ** 24 - 1;
/** How often one belief can be reversed, each time after it was reinstated. */
export const REVERSALS_MAX = 2 ** 7 - 1;

/** The same as `beliefEpoch`, over the column `epoch`. */
export const BELIEF_EPOCH_SQL = "if(epoch >= 2147483648, bitShiftRight(bitAnd(epoch, 2147483647), 7), epoch)";

/** The epoch of the n-th reversal (from 1) of the belief of an epoch. */
export function settlementEpoch(ofEpoch: number, reversal: number): number {
  if (ofEpoch > BELIEF_EPOCH_MAX || reversal < 1 || reversal > REVERSALS_MAX)
    throw new RangeError(`no epoch is left for reversal ${reversal} of epoch ${ofEpoch}`);
  return SETTLEMENT_FLOOR + ofEpoch * (REVERSALS_MAX + 1) + reversal;
}

export function isSettlement(epoch: number): boolean {
  return epoch >= SETTLEMENT_FLOOR;
}

/** The epoch of the belief that a row states or settles. */
export function beliefEpoch(epoch: number): number {
  return isSettlement(epoch) ? Math.floor((epoch - SETTLEMENT_FLOOR) / (REVERSALS_MAX + 1)) : epoch;
}

/** Which reversal of its belief a settlement is. */
export function reversalOf(epoch: number): number {
  return epoch % (REVERSALS_MAX + 1);
}
