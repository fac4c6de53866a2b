import { z } from "zod";
import { failure } from "#core/failure.ts";
import { AllocationSetting } from "#core/settings/allocation.ts";
import { ALL_TEAMS } from "#query-api/access.ts";
import { Integer, problems } from "#query-api/answer-types.ts";
import type { App, RouteDeps } from "#query-api/app-type.ts";
import { bookAsOf, settingsOfThen } from "#query-api/book-as-of.ts";

const Rule = z.object({
  ...AllocationSetting.shape,
  version: z.int(),
  settings_offset: Integer.describe("Of the change that made this version."),
});

const Answer = z.object({
  as_of: z.string(),
  settings_offset: Integer.describe("The map is what the settings were at this offset."),
  cost_centers: z
    .array(z.object({ cost_center: z.string(), rules: z.array(Rule) }))
    .describe("By name. A rule of several kinds of a cost centre counts by itself."),
  handed_on: z.array(Rule).describe("Rules that name a team alone: its own rule says the cost centre."),
});

/** The cost centres, each with the rules that lead to it, as the map is or was. */
export function costCentersRoute(app: App, deps: RouteDeps): void {
  app.route({
    method: "GET",
    url: "/v1/cost-centers",
    config: { access: ALL_TEAMS },
    schema: {
      operationId: "listCostCenters",
      tags: ["cost centers"],
      summary: "Cost centres and the rules that lead to them",
      querystring: z.strictObject({
        book_as_of: bookAsOf,
        cost_center: z.string().max(64).optional(),
        in_force_at: z
          .string()
          .max(40)
          .optional()
          .describe("Only rules that are active for calls of this instant."),
      }),
      response: { 200: Answer, ...problems },
    },
    handler: (request) => {
      const { book_as_of, cost_center, in_force_at } = request.query;
      const { allocations, offset } = settingsOfThen(deps.settings, book_as_of);
      const inForce = in_force_at === undefined ? () => true : inForceAt(in_force_at);
      const rules = [...allocations.values()]
        .filter(({ value }) => inForce(value))
        .filter(({ value }) => cost_center === undefined || value.cost_center === cost_center)
        .map(({ value, version, offset: changed }) => ({ ...value, version, settings_offset: changed }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const named = Map.groupBy(rules, (rule) => rule.cost_center);
      const handed_on = named.get(null) ?? [];
      named.delete(null);
      return {
        as_of: deps.clock().toISOString(),
        settings_offset: offset,
        cost_centers: [...named]
          .map(([name, ofName]) => ({ cost_center: name ?? "", rules: ofName }))
          .sort((a, b) => (a.cost_center < b.cost_center ? -1 : 1)),
        handed_on,
      };
    },
  });
}

function inForceAt(text: string): (rule: AllocationSetting) => boolean {
  const ms = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw failure("REQUEST_INVALID", { faults: "in_force_at is no instant" });
  return ({ status, effective_from, effective_to }) =>
    status === "active" &&
    Date.parse(effective_from) <= ms &&
    (effective_to === null || ms < Date.parse(effective_to));
}
