/** What a difference most likely is. */
export const CAUSES = {
  unmetered: "in the invoice and not with us: traffic that went by no gateway of ours",
  lost: "the invoice has more, and records of ours are missing at that time",
  doubled: "one side has the same calls twice",
  estimated_abort: "calls that were cut short: their usage is an estimate, or not known",
  meter_split: "the same tokens, counted in other meters",
  rate: "the same tokens at another rate",
  discount: "the same tokens, and the same percentage off for several models",
  rounding: "the invoice rounds its lines",
  day_edge: "neighbouring days cancel: the sides cut the day elsewhere",
  unpriced: "calls of ours without a price, which are in no cost",
  gateway_figure: "calls of ours that stand at the gateway's figure, which is in no cost",
  not_billed:
    "with us and not in the invoice: another account, a free tier, or a part of the invoice that is not here",
  unexplained: "nothing that is known explains it",
} as const;
export type Cause = keyof typeof CAUSES;

/** A cause with the sentence that says why it is thought to be the one. */
export interface Finding {
  readonly cause: Cause;
  readonly evidence: string;
}
