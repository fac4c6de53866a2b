import { z } from "zod";
import { failure } from "#core/failure.ts";
import { READERS } from "#query-api/access.ts";
import { problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { figures } from "#query-api/cost-row.ts";
import { RANGE_DAYS_MAX } from "#query-api/granularity.ts";
import { from, to, zone } from "#query-api/parameters.ts";
import { UNALLOCATED_GROUPS, unallocatedQuery } from "#query-api/queries/unallocated.ts";
import { readRange } from "#query-api/range.ts";
import { readCosts } from "#query-api/read-costs.ts";
import { readFor } from "#query-api/read-for.ts";
import { readStanding } from "#query-api/standing.ts";
import { storedMoney } from "#query-api/stored-money.ts";
import { UnallocatedAnswer, unallocatedFigures } from "#query-api/unallocated.ts";

const GROUPS_MAX = 10_000;

const groupBy = z
  .preprocess(
    (value) => (typeof value === "string" ? value.split(",") : value),
    z.array(z.enum(UNALLOCATED_GROUPS)).max(UNALLOCATED_GROUPS.length).default(["team"]),
  )
  .describe(`Repeated or separated by commas: ${UNALLOCATED_GROUPS.join(", ")}; \`team\` unless given.`);

/** The calls that no cost centre pays for: how much, since when, whose, and whether that is little enough. */
export function unallocatedRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/cost-centers/unallocated",
    config: { access: READERS },
    schema: {
      operationId: "getUnallocated",
      tags: ["cost centers"],
      summary: "Calls without a cost centre, the oldest first, against a target",
      description: `The calls that began in [from, to) and that no rule of the map gave a cost centre. A viewer's key sees those of its teams only. At most ${GROUPS_MAX} groups; more is an error.`,
      querystring: z.strictObject({
        from,
        to,
        tz: zone,
        group_by: groupBy,
        target_percent: z
          .string()
          .regex(/^(100|\d{1,2})(\.\d{1,4})?$/)
          .default("1")
          .describe("How much of all cost may be without a cost centre."),
      }),
      response: { 200: UnallocatedAnswer, ...problems },
    },
    handler: (request, reply) =>
      readFor(request, reply, deps, async (reader) => {
        const { group_by, target_percent } = request.query;
        if (new Set(group_by).size < group_by.length)
          throw failure("REQUEST_INVALID", { faults: "group_by names a dimension twice" });
        const now = deps.clock();
        const range = await readRange(request.query, RANGE_DAYS_MAX.month, { zones: deps.zones, now });
        const standing = await readStanding(reader, deps);
        const values = { ...range, rowsMax: GROUPS_MAX + 1 };
        const groups = await reader.rows(unallocatedQuery(group_by, values));
        if (groups.length > GROUPS_MAX)
          throw failure("QUERY_TOO_WIDE", {
            rowsMax: GROUPS_MAX,
            narrow: "Ask for a shorter range or fewer groups.",
          });
        const { sums } = await readCosts(reader, EVERYTHING, { ...values, filters: {} }, "auto");
        const { calls, cost } = figures(sums);
        const all = { calls, cost: storedMoney(cost.amount) };
        const asked = { groupBy: group_by, targetPercent: target_percent, now };
        return { ...standing, ...range, ...unallocatedFigures(groups, all, asked) };
      }),
  });
}

const EVERYTHING = { granularity: "none", groupBy: [], filters: [], order: "name" } as const;
