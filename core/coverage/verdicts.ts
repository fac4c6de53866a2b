/**
 * What is known of offsets that have no stored record. `missing`: Kafka holds nothing there, and what lies behind is
 * there. `expired`: Kafka's log began behind them before they were ingested. `skipped`: Kafka has records there and
 * the ingester went past them. `damaged`: Kafka has them and they cannot be read. `unstored`: a batch says that they
 * were stored and the rows are gone. `unlisted`: the rows are there and no batch speaks of them. `removed`: they are
 * stored, and gone from the middle of Kafka's log, where retention takes nothing. `declared`: an operator gave them
 * up. `resolved`: found since.
 */
export const OFFSET_VERDICTS = [
  "missing",
  "expired",
  "skipped",
  "damaged",
  "unstored",
  "unlisted",
  "removed",
  "declared",
  "resolved",
] as const;
export type OffsetVerdict = (typeof OFFSET_VERDICTS)[number];

/** What is known of sequence numbers that have no stored record: lost before Kafka, or found since. */
export const SEQUENCE_VERDICTS = ["missing", "resolved"] as const;
export type SequenceVerdict = (typeof SEQUENCE_VERDICTS)[number];

/** Verdicts that somebody or something stands for; all others somebody has to look at. */
export const EXPLAINED_VERDICTS: readonly string[] = ["declared", "resolved"];

/** A gap that somebody has to look at: nothing and nobody explains it. */
export function isUnexplained(verdict: string): boolean {
  return !EXPLAINED_VERDICTS.includes(verdict);
}
