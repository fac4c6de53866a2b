import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { CostCenter, RuleId } from "#core/settings/allocation.ts";
import type { SettingsState } from "#core/settings/state.ts";

export const CHARGE_KINDS = [
  "seat",
  "commitment",
  "provisioned",
  "credit",
  "tax",
  "code_execution",
  "support",
  "other",
] as const;

/** Amounts of a bill: far above any and far below what `Decimal(38, 12)` holds. */
const SignedAmount = z
  .string()
  .regex(
    /^-?(?=.*[1-9])\d{1,15}(\.\d{1,12})?$/,
    'must be a plain decimal other than zero, such as "1200.50" or "-30", with at most 15 digits and 12 decimals',
  );

/**
 * A cost that is no call: seats, commitments, credits, taxes. On record for ever as it came; a mistake is corrected by
 * another charge, of the difference, that names it.
 */
export const ChargeSetting = z.strictObject({
  id: RuleId.describe("Stable id, such as the invoice and its line. The same id again is the same charge."),
  kind: z.enum(CHARGE_KINDS),
  vendor: Text.describe("Who bills it."),
  description: Text,
  from: Instant.describe("The period that it is for, first moment; it counts in the month of this."),
  to: Instant.describe("The period's end, exclusive."),
  amount: SignedAmount.describe("In USD. Credits are below zero."),
  currency: z.literal("USD").default("USD"),
  team: Text.nullable().default(null).describe("Who pays all of it, …"),
  cost_center: CostCenter.nullable().default(null).describe("… and from which cost centre; or …"),
  split: RuleId.nullable()
    .default(null)
    .describe("… the split rule that divides it. None of these: UNALLOCATED."),
  corrects: RuleId.nullable().default(null).describe("The charge that this one corrects, by the difference."),
  file_sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null)
    .describe("Of the file that it came in, …"),
  line: z.int().min(1).nullable().default(null).describe("… and the line there."),
  note: Text.nullable().default(null),
});
export type ChargeSetting = z.infer<typeof ChargeSetting>;

/** Where a charge was read, which may be another file the next time. */
const ORIGIN: ReadonlySet<string> = new Set(["file_sha256", "line"]);

/** The fields in which two charges differ, but for where they were read. */
export function chargeDifferences(left: ChargeSetting, right: ChargeSetting): readonly string[] {
  const names = Object.keys(ChargeSetting.shape) as (keyof ChargeSetting)[];
  return names.filter((name) => !ORIGIN.has(name) && left[name] !== right[name]);
}

/** Why a charge must not come in; null when it may. */
export function chargeRule(
  { charges, splitRules }: Pick<SettingsState, "charges" | "splitRules">,
  value: ChargeSetting | null,
  before: ChargeSetting | null,
): string | null {
  if (value === null) return "a charge stays on record; correct it by another of the difference (`corrects`)";
  const { id, kind, amount, team, cost_center, split, corrects } = value;
  if (before !== null) {
    const differs = chargeDifferences(before, value);
    const what = differs.length === 0 ? "" : ` with another ${differs.join(", ")}`;
    return `charge ${id} is on record${what}; correct it by another of the difference (\`corrects\`)`;
  }
  if (value.to <= value.from)
    return `charge ${id} is for a period that ends at ${value.to}, not after it begins`;
  if (split !== null && (team !== null || cost_center !== null))
    return `charge ${id} names both a split rule and who pays`;
  if (split !== null && !splitRules.has(split))
    return `charge ${id} names split rule ${split}, which is not there`;
  if (corrects !== null) {
    const corrected = charges.get(corrects)?.value;
    if (corrected === undefined) return `charge ${id} corrects ${corrects}, which is not there`;
    if (corrected.corrects !== null)
      return `charge ${id} corrects ${corrects}, which is a correction; correct ${corrected.corrects}`;
  } else if (kind === "credit" && !amount.startsWith("-"))
    return `charge ${id} is a credit of ${amount}; a credit is below zero`;
  return null;
}
