import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { RuleId } from "#core/settings/allocation.ts";
import { firstRepeated } from "#core/table/first-repeated.ts";

export const SPLIT_METHODS = ["fixed", "even", "proportional"] as const;

/** At most 12 digits and 6 decimals: a percentage, a head count, a share. */
const Weight = z
  .string()
  .regex(/^(?=.*[1-9])\d{1,12}(\.\d{1,6})?$/, 'must be a decimal string above zero such as "40" or "12.5"');

/** How a shared cost is divided. Charges name it by its id, so what it says never changes: add another instead. */
export const SplitRuleSetting = z.strictObject({
  id: RuleId.describe("Stable id of the rule, such as `platform-2026`."),
  method: z
    .enum(SPLIT_METHODS)
    .describe(
      "`fixed`: by the stated weights. `even`: alike. `proportional`: by what the calls of each cost in the charge's period.",
    ),
  by: z.enum(["team", "cost_center"]).describe("What the parts are."),
  parts: z
    .array(z.strictObject({ name: Text, weight: Weight.nullable().default(null) }))
    .max(1000)
    .default([])
    .describe("Among whom. Of `proportional`, none: all that have a name and a cost."),
  note: Text.nullable().default(null),
});
export type SplitRuleSetting = z.infer<typeof SplitRuleSetting>;

/** Why a rule must not become this; null when it may. */
export function splitRuleRule(
  value: SplitRuleSetting | null,
  before: SplitRuleSetting | null,
): string | null {
  if (value === null) return "a split rule stays, so that past charges can be explained";
  const { id, method, parts } = value;
  if (before !== null)
    return `split rule ${id} is there and never changes; add another and name it in new charges`;
  const twice = firstRepeated(parts.map(({ name }) => name));
  if (twice !== undefined) return `split rule ${id} names ${twice} twice`;
  if (parts.length === 0 && method !== "proportional") return `split rule ${id} (${method}) names nobody`;
  const odd = parts.find(({ weight }) => (weight !== null) !== (method === "fixed"));
  if (odd === undefined) return null;
  return method === "fixed"
    ? `split rule ${id} is fixed, and ${odd.name} has no weight`
    : `split rule ${id} is ${method}, and ${odd.name} has a weight`;
}
