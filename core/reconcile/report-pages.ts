import { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";

const Bucket = z.looseObject({
  starting_at: z.string(),
  ending_at: z.string().optional(),
  results: z.array(z.record(z.string(), z.unknown())).max(100_000),
});
const Page = z.looseObject({ data: z.array(Bucket).max(100_000), has_more: z.boolean().optional() });
export type ReportBucket = z.infer<typeof Bucket>;

/**
 * The buckets of a report of Anthropic's Admin API: one page, several in an array, or pages in lines of JSON. Where the
 * last page says `has_more`, the rest was not fetched, and half a report must not be compared as a whole one.
 */
export function bucketsOf(documents: readonly unknown[]): Result<readonly ReportBucket[], "bad_shape"> {
  const pages = z.array(Page).safeParse(documents.flatMap((one) => (Array.isArray(one) ? one : [one])));
  if (!pages.success) {
    const [issue] = pages.error.issues;
    return no("bad_shape", `is no page of the report: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  if (pages.data.at(-1)?.has_more === true)
    return no("bad_shape", "the last page says has_more: fetch the pages behind it too, and give them all");
  return ok(pages.data.flatMap(({ data }) => data));
}

/** Whether a bucket is wider than a day. */
export function isWider({ starting_at: from, ending_at: to }: ReportBucket): boolean {
  return to !== undefined && Date.parse(to) - Date.parse(from) > 86_400_000;
}
