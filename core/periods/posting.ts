import type { PeriodSetting } from "#core/settings/period.ts";
import type { RunSetting } from "#core/settings/run.ts";
import { beliefEpoch, isSettlement } from "#core/settlement-epoch.ts";

/** A period as posting sees it. */
export interface Book {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The cut: what was written by then is booked in it. null: it is not closed. */
  readonly closedAtMs: number | null;
}

/** Where a row of `events_v1` is booked. */
export interface Posting {
  /** The period of its call; null where the books do not reach. */
  readonly usage: Book | null;
  /** The period that it is booked in; null where `usage` is, or where the first open period is not made yet. */
  readonly booked: Book | null;
  /** The moment that it counts at, within the period that it is booked in. */
  readonly bookedAtMs: number;
  /** The period that it corrects; null where it is booked in its own. */
  readonly corrects: Book | null;
}

/** Periods in the order of time. The rules of the fold keep them without gaps, the closed ones first. */
export function booksOf(periods: Iterable<{ readonly value: PeriodSetting }>): readonly Book[] {
  return [...periods]
    .map(({ value: { id, from, to, state, closed_at } }) => ({
      id,
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
      closedAtMs: state === "closed" && closed_at !== null ? Date.parse(closed_at) : null,
    }))
    .sort((a, b) => a.fromMs - b.fromMs);
}

/**
 * A row belongs to the period of its call, and is booked there if it was written by that period's cut. Else it is booked
 * in the earliest period that was not cut when it was written, even where that one is over: it is the next statement
 * that finance has not given out yet. It counts there at the moment when it was written, or at the last millisecond
 * of a period that was over by then. Since cuts only go up, a row that was booked in a closed period stays in it.
 */
export function postingOf(
  books: readonly Book[],
  row: { readonly eventTimeMs: number; readonly ingestedAtMs: number },
): Posting {
  const { eventTimeMs, ingestedAtMs } = row;
  const at = books.findIndex(({ fromMs, toMs }) => fromMs <= eventTimeMs && eventTimeMs < toMs);
  const usage = books[at] ?? null;
  if (usage === null) return { usage, booked: null, bookedAtMs: eventTimeMs, corrects: null };
  const booked =
    books.find(
      ({ closedAtMs }, index) => index >= at && (closedAtMs === null || ingestedAtMs <= closedAtMs),
    ) ?? null;
  if (booked === usage) return { usage, booked, bookedAtMs: eventTimeMs, corrects: null };
  const bookedAtMs = booked === null ? ingestedAtMs : Math.min(ingestedAtMs, booked.toMs - 1);
  return { usage, booked, bookedAtMs, corrects: usage };
}

/** Why a row came late: it says so by its epoch. `kinds` are those of the runs by epoch, from epoch 1 on. */
export function correctionReason(epoch: number, kinds: readonly string[]): string {
  if (isSettlement(epoch)) return "settlement";
  if (beliefEpoch(epoch) === 0) return "late";
  return kinds[epoch - 1] ?? "other";
}

/** The kinds of all runs by epoch, from epoch 1 on: the fold gives epochs out one after the other. */
export function runKinds(runs: Iterable<{ readonly value: RunSetting }>): readonly string[] {
  const kinds: string[] = [];
  for (const { value } of runs) kinds[value.epoch - 1] = value.kind;
  return kinds;
}
