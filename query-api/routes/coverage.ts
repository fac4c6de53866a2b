import { z } from "zod";
import { isUnexplained, OFFSET_VERDICTS } from "#core/coverage/verdicts.ts";
import { AUDITORS } from "#query-api/access.ts";
import { Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, manyOf, pageSize } from "#query-api/parameters.ts";
import {
  type CoverageGap,
  coverageGapsQuery,
  coveragePartitionsQuery,
  coverageSourcesQuery,
  coverageTotalsQuery,
  placeOf,
} from "#query-api/queries/coverage.ts";
import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";

const PARTITIONS_MAX = 1_000;
const time = z.string().nullable();

const Gap = z.object({
  kind: z.enum(["offsets", "numbers"]).describe("Offsets of a partition, or numbers of a producer."),
  topic: z.string(),
  partition: z.int().nullable(),
  topic_since: time.describe("Of a topic that was made anew: its first append time."),
  source: z.string().nullable(),
  producer: z.string().nullable(),
  from: Integer,
  to: Integer.describe("Within."),
  count: Integer,
  verdict: z.enum(OFFSET_VERDICTS),
  unexplained: z.boolean().describe("Somebody has to look at it."),
  after: time.describe("Append time of what lies before."),
  before: time.describe("Append time of what lies behind."),
  detail: z.string().nullable(),
  checked_at: z.string().describe("When it was judged so."),
});

const Answer = z.object({
  as_of: z.string(),
  checked_at: time.describe(
    "When a check last put anything on record, which is at least every quarter of an hour while one runs. null: nothing was checked yet.",
  ),
  complete: z.boolean().describe("Something was checked, and nothing is unexplained."),
  missing_offsets: Integer.describe("Offsets without a stored record that nothing explains."),
  missing_numbers: Integer.describe("Numbers that producers gave and that never arrived."),
  partitions: z
    .array(
      z.object({
        topic: z.string(),
        partition: z.int(),
        topic_since: time,
        examined_to: Integer.describe("All offsets up to here are accounted for, or in a gap."),
        covered_to: Integer.describe("The last offset of the last batch; -1 is none."),
        records: Integer,
        accepted: Integer.describe("Elements of the records that became events."),
        rejected: Integer.describe("Elements that became rejects."),
        control: Integer.describe("Offsets of transactions' markers."),
        aborted: Integer.describe("Offsets of aborted transactions."),
        compacted: Integer,
        unseen: Integer.describe("Offsets that Kafka held no more at the first look, and that are no loss."),
        first_append_time: time,
        last_append_time: time,
      }),
    )
    .describe(`The first ${PARTITIONS_MAX}; on the first page only.`),
  sources: z
    .array(
      z.object({
        topic: z.string(),
        source: z.string(),
        producers: Integer.describe("Runs of producers that numbered their records."),
        numbered: Integer.describe("The sum of their highest numbers."),
        last_append_time: time,
      }),
    )
    .describe("On the first page only."),
  gaps: z.array(Gap),
  next_cursor: z.string().nullable(),
});

/** What proves that nothing is lost: what was examined, and everything that is missing, by place. */
export function coverageRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/audit/coverage",
    config: { access: AUDITORS },
    schema: {
      operationId: "getCoverage",
      tags: ["audit"],
      summary: "What is accounted for, and what is missing",
      description:
        "Offsets of Kafka against what is stored, and producers' numbers against what arrived. The read is recorded before the answer leaves.",
      querystring: z.strictObject({
        topic: manyOf("Only this topic; repeatable."),
        verdict: manyOf("Only gaps of this verdict; repeatable. Absent: all but `resolved`."),
        limit: pageSize(500, 100),
        cursor: cursorParameter,
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["coverage", question] };
        const place = cursor === undefined ? null : openCursor(binding, cursor);
        await actFirst(deps, {
          act: "audit.read",
          actor: caller.keyId,
          subject: "/v1/audit/coverage",
          detail: { ...question, limit, further_page: place !== null },
        });
        const filter = { topics: question.topic };
        const [totals] = await reader.rows(coverageTotalsQuery(filter));
        const { missing_offsets = 0n, missing_numbers = 0n, checked_at = null } = totals ?? {};
        const rowsMax = PARTITIONS_MAX;
        const partitions =
          place === null ? await reader.rows(coveragePartitionsQuery({ ...filter, rowsMax })) : [];
        const sources = place === null ? await reader.rows(coverageSourcesQuery(filter)) : [];
        const found = await reader.rows(
          coverageGapsQuery({ ...filter, verdicts: question.verdict, place, rowsMax: limit + 1 }),
        );
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          as_of: deps.clock().toISOString(),
          checked_at,
          complete: checked_at !== null && missing_offsets + missing_numbers === 0n,
          ...{ missing_offsets, missing_numbers, partitions, sources },
          gaps: page.map(shown),
          next_cursor: found.length > limit && last !== undefined ? sealCursor(binding, placeOf(last)) : null,
        };
      }),
  });
}

function shown(row: CoverageGap) {
  const { subject, from_number: from, to_number: to, life_ms: _, ...gap } = row;
  const isOfOffsets = subject === "gap";
  return {
    ...gap,
    ...{ kind: isOfOffsets ? ("offsets" as const) : ("numbers" as const), from, to, count: to - from + 1n },
    partition: isOfOffsets ? gap.partition : null,
    verdict: gap.verdict as (typeof OFFSET_VERDICTS)[number],
    unexplained: isUnexplained(gap.verdict),
  };
}
