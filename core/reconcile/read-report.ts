import type { z } from "zod";
import type { Draft } from "#core/reconcile/draft.ts";
import { isWider, type ReportBucket } from "#core/reconcile/report-pages.ts";
import type { Result } from "#core/result.ts";

/** A result of a report, with where it stands. */
export interface PlacedResult<Read> {
  readonly day: string;
  readonly place: string;
  readonly read: Read;
  /** All that makes it what it is; results with the same one are the same result twice. */
  readonly identity: string;
}

/** The results of a report's buckets that have their shape, in order; what is wrong with the others is noted. */
export function* resultsOf<Schema extends z.ZodType>(
  draft: Draft,
  buckets: readonly ReportBucket[],
  { schema, dayOf }: { readonly schema: Schema; readonly dayOf: (startingAt: string) => Result<string> },
): Generator<PlacedResult<z.output<Schema>>> {
  for (const [at, bucket] of buckets.entries()) {
    const where = `bucket ${at + 1}`;
    if (isWider(bucket)) draft.fault(where, "is wider than a day");
    const day = draft.value(where, "starting_at", dayOf(bucket.starting_at));
    if (day === null) continue;
    draft.covers(day);
    for (const [index, result] of bucket.results.entries()) {
      const place = `${where}, result ${index + 1}`;
      const read = schema.safeParse(result);
      if (read.success)
        yield { day, place, read: read.data, identity: JSON.stringify([bucket.starting_at, result]) };
      else
        draft.fault(
          place,
          read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
        );
    }
  }
}
