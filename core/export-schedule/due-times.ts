import { Cron } from "croner";
import { no, ok, type Result } from "#core/result.ts";

/** The due times of an expression in a zone. Pure: it is told the time. */
export interface DueTimes {
  /** The first after an instant; null: there is none any more. */
  nextAfter(ms: number): number | null;
  /** The newest ones in (after, until], oldest first, and whether there were more before them. */
  newestIn(after: number, until: number, most: number): { readonly times: number[]; readonly cut: boolean };
}

/** Five fields and nothing else: no seconds, no nicknames, no moment of its own. */
const FIVE_FIELDS = /^\S+( \S+){4}$/;

/**
 * Reads a cron expression of five fields. On days when clocks change, what names its hour and minute is due once: at
 * the first instant after a gap, and at the first of two equal times. Where minute or hour has `*` or a step, times
 * in a gap do not exist and equal times are both due.
 */
export function readDueTimes(cron: string, zone: string): Result<DueTimes, "no_cron"> {
  if (!FIVE_FIELDS.test(cron))
    return no("no_cron", "cron has five fields, one space between: minute hour day month weekday");
  let expression: Cron;
  try {
    expression = new Cron(cron, {
      timezone: zone,
      mode: "5-part",
      fixedTimeRule: "no-wildcard",
      paused: true,
    });
    // The zone is looked at when it is first reckoned in.
    if (expression.nextRun(EPOCH) === null)
      return no("no_cron", `cron ${cron} is never due: there is no such day`);
  } catch (error) {
    return no("no_cron", `cron ${cron} in ${zone} cannot be read (${(error as Error).message})`);
  }
  return ok({
    nextAfter: (ms) => expression.nextRun(new Date(ms))?.getTime() ?? null,
    newestIn: (after, until, most) => {
      const times: number[] = [];
      // Back from the next millisecond, so that `until` itself is within, and no further than `after`.
      for (let before = until + 1; ; before = times[0] ?? before) {
        const [found] = expression.previousRuns(1, new Date(before));
        if (found === undefined || found.getTime() <= after) return { times, cut: false };
        if (times.length === most) return { times, cut: true };
        times.unshift(found.getTime());
      }
    },
  });
}

/** Any instant does: the calendar repeats itself within its 400 years. */
const EPOCH = new Date("2000-01-01T00:00:00.000Z");
