import { z } from "zod";
import { Instant, SERVICE_TIERS, SPEEDS, Text } from "#core/event-data.ts";
import { Rate, TokenRates } from "#core/settings/price.ts";

const Percent = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,4})?$/)
  .describe("A decimal string above 0 and at most 100, with at most 4 places.");

/**
 * What a contract takes off the list price, or sets in its place. A null in what it is for means any; of a
 * negotiated rate, the plain speed, tier and endpoint. At most one
 * discount counts for a call: the one that names it most closely (docs/prices.md). A cancelled one counts for nothing
 * and stays for the record.
 */
export const DiscountSetting = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._:<>=-]{0,199}$/)
    .describe("Stable id, such as `contract-2027:claude`."),
  account: Text.nullable().default(null).describe("Only calls that a source bills to this account."),
  platform: Text.nullable().default(null),
  model: Text.nullable().default(null).describe("The canonical model name."),
  geo_scope: z.enum(["global", "regional", "us", "gov"]).nullable().default(null),
  speed: z.enum(SPEEDS).nullable().default(null),
  service_tier: z.enum(SERVICE_TIERS).nullable().default(null),
  effective_from: Instant,
  effective_to: Instant.nullable().default(null).describe("Exclusive. null: until a later one."),
  status: z.enum(["active", "cancelled"]).default("active"),
  percent: Percent.nullable().default(null).describe("Taken off every rate of the price row; or …"),
  usd_per_mtok: TokenRates.nullable()
    .default(null)
    .describe("… negotiated rates that stand in the place of the row's. null: the row's rate stands."),
  usd_per_request: z
    .strictObject({ web_search_requests: Rate.nullable().default(null) })
    .nullable()
    .default(null)
    .describe("The same for what is billed by the request."),
  sources: z.array(Text).min(1).describe("The contract: where it says so."),
  note: Text.nullable().default(null),
});
export type DiscountSetting = z.infer<typeof DiscountSetting>;

/** Whether it sets rates in the place of the price row's, and takes no percentage. */
export function isNegotiated(value: Pick<DiscountSetting, "usd_per_mtok" | "usd_per_request">): boolean {
  return value.usd_per_mtok !== null || value.usd_per_request !== null;
}

/** What a discount is about; another value of any of these is another discount. */
const IDENTITY = [
  "account",
  "platform",
  "model",
  "geo_scope",
  "speed",
  "service_tier",
  "effective_from",
] as const satisfies readonly (keyof DiscountSetting)[];

/** Why a discount must not become this; null when it may. */
export function discountRule(value: DiscountSetting | null, before: DiscountSetting | null): string | null {
  if (value === null) return "a discount is cancelled, not removed, so that past ratings can be explained";
  const { id, percent, platform, model } = value;
  const hasRates = isNegotiated(value);
  if ((percent !== null) === hasRates) return `discount ${id} must have either a percent or negotiated rates`;
  if (percent !== null && !(Number(percent) > 0 && Number(percent) <= 100))
    return `discount ${id} takes ${percent} % off; it must be above 0 and at most 100`;
  if (hasRates && (platform === null || model === null))
    return `discount ${id} has negotiated rates, so it must name a platform and a model`;
  if (value.effective_to !== null && value.effective_to <= value.effective_from)
    return `discount ${id} ends at ${value.effective_to}, not after it begins`;
  const changed = before === null ? undefined : IDENTITY.find((field) => before[field] !== value[field]);
  return changed === undefined
    ? null
    : `a discount's ${changed} cannot change; cancel the discount and add another`;
}
