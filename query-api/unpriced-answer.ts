import { z } from "zod";
import { Amount, Integer, Standing } from "#query-api/answer-types.ts";
import { COST_METERS, type CostMeter } from "#query-api/queries/costs.ts";

const text = z.string().nullable();
const meters = Object.fromEntries(COST_METERS.map((name) => [name, Integer.nullable()])) as Record<
  CostMeter,
  z.ZodNullable<typeof Integer>
>;
/** What has no price for one reason. */
const Group = z.object({
  platform: text,
  model: text.describe("As the record says it."),
  model_canonical: text.describe("By our table of names; null: it does not know the name."),
  source: z.string(),
  cost_note: z.string().describe("Why there is no price; docs/prices.md."),
  what_to_do: z.string(),
  service_tier: text.describe("As the record says it; null also where it does not matter."),
  speed: text,
  regions: z.array(z.string()).describe("At most 10."),
  items: Integer.describe("Calls, and parts of calls with a model of their own, each by itself."),
  calls: Integer,
  ...meters,
  first_seen: z.string().describe("When the first of them began."),
  last_seen: z.string(),
  gateway_cost: Amount.nullable().describe("What the gateway said they cost, summed; null: it said nothing."),
  gateway_items: Integer.describe("How many have such a figure in USD."),
  other_currency_items: Integer.describe("How many have one in another currency; it is in no sum."),
  teams: z.array(text).describe("Of those that the key sees, at most 20."),
  teams_affected: Integer,
  sample_event: z.string().describe("The newest call, for `/v1/costs/explain`."),
});
export type UnpricedGroup = z.infer<typeof Group>;

/** What `/v1/prices/unpriced` answers. */
export const UnpricedAnswer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  items: Integer.describe("Of all groups, also those that are left out."),
  calls: Integer,
  groups: Integer,
  left_out: Integer.describe("Groups beyond `limit`, those with the fewest items."),
  unpriced: z.array(Group),
});
export type UnpricedAnswer = z.infer<typeof UnpricedAnswer>;
