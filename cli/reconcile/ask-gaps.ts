import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { Failure } from "#core/failure.ts";
import type { OurGap } from "#core/reconcile/ours.ts";

const PAGES_MAX = 40;
const Page = z.object({
  checked_at: z.string().nullable(),
  gaps: z.array(
    z.object({
      kind: z.enum(["offsets", "numbers"]),
      topic: z.string(),
      partition: z.int().nullable(),
      source: z.string().nullable(),
      from: z.int(),
      to: z.int(),
      count: z.int(),
      unexplained: z.boolean(),
      after: z.string().nullable(),
      before: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

/** What of our records is missing, by the last check of coverage. null: the key is no auditor's, or nothing was checked. */
export async function askGaps(url: string | undefined): Promise<readonly OurGap[] | null> {
  const gaps: OurGap[] = [];
  let cursor: string | undefined;
  try {
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = Page.parse(await askApi("/v1/audit/coverage", { limit: "500", cursor }, { url }));
      if (page.checked_at === null) return null;
      gaps.push(...page.gaps.filter(({ unexplained }) => unexplained).map(gapOf));
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    return gaps;
  } catch (error) {
    if (error instanceof Failure && error.code === "API_REFUSED" && error.params["status"] === 403)
      return null;
    throw error;
  }
}

function gapOf({
  kind,
  topic,
  partition,
  source,
  from,
  to,
  count,
  after,
  before,
}: z.infer<typeof Page>["gaps"][number]): OurGap {
  const place =
    kind === "offsets" ? `partition ${partition}, offsets` : `source ${source ?? "of no name"}, numbers`;
  return { where: `topic ${topic}, ${place} ${from} to ${to}`, count: BigInt(count), after, before };
}
