import { z } from "zod";
import { Text } from "#core/event-data.ts";

/** How many questions one request may hold. */
export const DECISIONS_MAX = 100;
const TAGS_MAX = 100;

const named = (what: string) => Text.optional().describe(what);

const fields = {
  team: named("The team as the gateway has it; the map of allocations says who pays."),
  user: named("Who calls: the pseudonym, or the name where the API has the salt that makes pseudonyms."),
  key: named("The gateway's hash or alias of its key."),
  organization: named("As calls have it."),
  cost_center: named("Asked beside the one that the map of allocations gives."),
  tags: z.array(Text).max(TAGS_MAX).optional().describe("Labels of the call."),
  project: named("As calls have it; the map may go by it."),
  source: named("The name of the source; the map may go by it, and it tells the gateway."),
  model: named("Canonical, or as the call names it."),
  platform: named("Where the model runs."),
  gateway: named("The kind of gateway."),
};

/** What a gateway asks before it lets a call through. */
export const DecisionRequest = z.strictObject({
  ...fields,
  all: z
    .boolean()
    .optional()
    .describe("Tell every budget that was asked, and not only what warns or denies."),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;

/** One question, or up to 100 of them as `requests`. */
export const DecisionBody = z
  .strictObject({
    ...DecisionRequest.shape,
    requests: z
      .array(DecisionRequest.refine(namesSomething, "names nothing to decide about"))
      .min(1)
      .max(DECISIONS_MAX)
      .optional()
      .describe("Several questions at once, and nothing beside them."),
  })
  .refine(
    ({ requests, ...single }) => requests === undefined || Object.keys(single).length === 0,
    "`requests` stands alone",
  )
  .refine(
    ({ requests, ...single }) => requests !== undefined || namesSomething(single),
    `names nothing to decide about; give at least one of ${Object.keys(fields).join(", ")}`,
  );

function namesSomething(request: DecisionRequest): boolean {
  const { all: _, tags = [], ...texts } = request;
  return tags.length > 0 || Object.values(texts).some((text) => text !== undefined);
}
