import { z } from "zod";
import { formatMoney } from "#core/money.ts";
import { AUDITORS } from "#query-api/access.ts";
import { Amount, Integer, problems, Standing } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { openCursor, sealCursor } from "#query-api/cursor.ts";
import { cursorParameter, from, manyOf, pageSize, to, zone } from "#query-api/parameters.ts";
import {
  FINDINGS,
  type WitnessedCall,
  witnessCountsQuery,
  witnessedCallsQuery,
} from "#query-api/queries/witnesses.ts";
import { readRange } from "#query-api/range.ts";
import { readFor } from "#query-api/read-for.ts";
import { actFirst } from "#query-api/record-act.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** All sightings of the range are joined at once, so it is bounded tighter than a list. */
const WITNESS_DAYS_MAX = 31;
/** What somebody has to look at, unless asked otherwise. */
const DISAGREEMENTS = ["counted_twice", "not_counted", "tokens_differ", "cost_differs"] as const;

const Query = z.strictObject({
  from,
  to,
  tz: zone,
  source: manyOf("Only calls that this source saw; repeatable."),
  finding: z
    .preprocess((value) => (typeof value === "string" ? [value] : value), z.array(z.enum(FINDINGS)).max(6))
    .default([...DISAGREEMENTS])
    .describe(
      "Which calls to list; repeatable. Absent: those where witnesses disagree or the ledger lacks one.",
    ),
  limit: pageSize(200, 50),
  cursor: cursorParameter,
});

const Sighting = z.object({
  event_id: z.string(),
  source: z.string(),
  role: z.enum(["ledger", "evidence"]),
  team: z.string().nullable(),
  model: z.string().nullable(),
  prompt_tokens: Integer.nullable().describe("Uncached, read from and written to a cache, together."),
  output_tokens: Integer.nullable(),
  cost: Amount.nullable().describe("By our book. null: unpriced."),
  gateway_cost: Amount.nullable().describe("What this witness said itself."),
});

const Answer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  summary: z
    .array(z.object({ finding: z.enum(FINDINGS), sources: z.array(z.string()), calls: Integer }))
    .describe("All calls of the range that can be joined, by finding and by the sources that saw them."),
  calls: z.array(
    z.object({
      join_key: z
        .string()
        .describe("`request:` or `message:` with the provider's id that the sightings share."),
      finding: z.enum(FINDINGS),
      first_at: z.string(),
      sightings: z.array(Sighting),
    }),
  ),
  next_cursor: z.string().nullable(),
});

const schema = {
  operationId: "listWitnesses",
  tags: ["audit"],
  summary: "One call as several sources saw it, and where they disagree",
  description:
    "Sightings are joined by the provider's request id, else by its message id; a record that states neither cannot be joined. Only sources of role `ledger` are counted in costs. The read is recorded before the answer leaves.",
  querystring: Query,
  response: { 200: Answer, ...problems },
};

/** Calls that a gateway, the client's own telemetry and the provider's log saw, side by side. */
export function witnessesRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/audit/witnesses",
    config: { access: AUDITORS },
    schema,
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader, caller) => {
        const { cursor, limit, ...question } = request.query;
        const binding = { secret: deps.cursorSecret, keyId: caller.keyId, question: ["witnesses", question] };
        const place = cursor === undefined ? null : openCursor(binding, cursor);
        const range = await readRange({ ...question, to: place?.[2] ?? question.to }, WITNESS_DAYS_MAX, {
          zones: deps.zones,
          now: deps.clock(),
        });
        await actFirst(deps, {
          act: "audit.read",
          actor: caller.keyId,
          subject: "/v1/audit/witnesses",
          detail: { ...question, ...range, limit, further_page: place !== null },
        });
        const standing = await readStanding(reader, deps);
        const values = { ...range, sources: question.source };
        const [firstAt, key] = place ?? [];
        const counts = await reader.rows(witnessCountsQuery(values));
        const found = await reader.rows(
          witnessedCallsQuery({
            ...values,
            findings: question.finding,
            after: firstAt === undefined || key === undefined ? null : { firstAt, key },
            rowsMax: limit + 1,
          }),
        );
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          ...standing,
          ...range,
          summary: counts.map(({ source_list, ...count }) => ({ ...count, sources: source_list })),
          calls: page.map(callOf),
          next_cursor:
            found.length > limit && last !== undefined
              ? sealCursor(binding, [last.first_at, last.join_key, range.to])
              : null,
        };
      }),
  });
}

function callOf(call: WitnessedCall): z.input<typeof Answer>["calls"][number] {
  return {
    ...call,
    sightings: call.sightings.map(({ cost_usd, gateway_cost, ...rest }) => ({
      ...rest,
      cost: usd(cost_usd),
      gateway_cost: usd(gateway_cost),
    })),
  };
}

function usd(stored: string | null): Amount | null {
  return stored === null ? null : { amount: formatMoney(storedMoney(stored)), currency: "USD" };
}
