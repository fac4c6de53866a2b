/** Why a call is unpriced, as `rate` notes it, and what somebody can do about it. docs/prices.md has the same table. */
export const UNPRICED_NOTES = {
  unmapped_model:
    "the name is not in the table. Import a row with that very name as its `model`, or let the gateway's figure stand",
  no_price: "no row fits. Look at platform, time, tier, speed, band and geography, and import one",
  rate_missing: "the row has no rate for a meter that the call used",
  ambiguous_price: "two rows fit equally; cancel one",
  ambiguous_discount: "two discounts fit equally; cancel one",
  usage_missing:
    "the gateway stated no tokens (of a stream that broke off, for instance), or 0 of everything beside a cost above 0. Something may have been billed",
  cost_too_large: "more than 26 digits before the point: look at the record",
} as const;
type Note = keyof typeof UNPRICED_NOTES;

/** No price row and no discount can help these: the record itself does not tell what was used. */
const OF_THE_RECORD: ReadonlySet<string> = new Set<Note>(["usage_missing", "cost_too_large"]);

/** What to do about unpriced calls with this note. */
export function whatToDo(note: string): string {
  const name = note.split(":")[0] ?? "";
  return Object.hasOwn(UNPRICED_NOTES, name) ? UNPRICED_NOTES[name as Note] : "look at the record";
}

/** Whether a change of the price book can rate the call; what is not known is taken to be the book's. */
export function isOfTheBook(note: string): boolean {
  return !OF_THE_RECORD.has(note);
}
