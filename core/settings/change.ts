import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { AllocationSetting } from "#core/settings/allocation.ts";
import { ApprovalPolicySetting } from "#core/settings/approval-policy.ts";
import { BudgetSetting } from "#core/settings/budget.ts";
import { ChargeSetting } from "#core/settings/charge.ts";
import { CurrencyRateSetting } from "#core/settings/currency-rate.ts";
import { DeliveryRequestSetting } from "#core/settings/delivery-request.ts";
import { DiscountSetting } from "#core/settings/discount.ts";
import { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import { FallbackRateSetting } from "#core/settings/fallback-rate.ts";
import { GapSetting } from "#core/settings/gap.ts";
import { KeySetting } from "#core/settings/key.ts";
import { PeriodSetting } from "#core/settings/period.ts";
import { PriceSetting } from "#core/settings/price.ts";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { RunSetting } from "#core/settings/run.ts";
import { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { RunRequestSetting } from "#core/settings/run-request.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { SplitRuleSetting } from "#core/settings/split-rule.ts";

/** Kinds of settings, each with the schema of its value. Another kind is another line here and in `state.ts`. */
export const SETTING_KINDS = [
  "source",
  "key",
  "price",
  "discount",
  "currency_rate",
  "fallback_rate",
  "gap",
  "run",
  "period",
  "allocation",
  "split_rule",
  "charge",
  "run_proposal",
  "run_request",
  "approval_policy",
  "export_schedule",
  "budget",
  "receiver",
  "delivery_request",
] as const;
export type SettingKind = (typeof SETTING_KINDS)[number];

const common = {
  change_id: z.guid().describe("Made by whoever asks; the same id again is the same change and counts once."),
  id: Text.describe(
    "The setting's id: a source's name, a key's, that of a price row, a discount, a fallback rate, an allocation, a split rule, a charge, a period, a gap, a run, a request, a proposal, a schedule of exports, a budget, a receiver or a notification, or `runs` for the policy of approvals.",
  ),
  expected_version: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .describe("The version that the change was made from; 0: there is none now."),
  actor: Text.describe("Who changed it: a key's id, a person's pseudonym or a program."),
  reason: Text.describe("Why, in words."),
  at: Instant.optional().describe(
    "When it was asked for, by the asker's clock. Kafka's time is what counts.",
  ),
} as const;

/** One message on the settings topic: a wish, which the fold accepts or refuses in the order of the log. */
export const SettingsChange = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("source"), ...common, value: SourceSetting.nullable() }),
  z.strictObject({ kind: z.literal("key"), ...common, value: KeySetting.nullable() }),
  z.strictObject({ kind: z.literal("price"), ...common, value: PriceSetting.nullable() }),
  z.strictObject({ kind: z.literal("discount"), ...common, value: DiscountSetting.nullable() }),
  z.strictObject({ kind: z.literal("currency_rate"), ...common, value: CurrencyRateSetting.nullable() }),
  z.strictObject({ kind: z.literal("fallback_rate"), ...common, value: FallbackRateSetting.nullable() }),
  z.strictObject({ kind: z.literal("gap"), ...common, value: GapSetting.nullable() }),
  z.strictObject({ kind: z.literal("run"), ...common, value: RunSetting.nullable() }),
  z.strictObject({ kind: z.literal("period"), ...common, value: PeriodSetting.nullable() }),
  z.strictObject({ kind: z.literal("allocation"), ...common, value: AllocationSetting.nullable() }),
  z.strictObject({ kind: z.literal("split_rule"), ...common, value: SplitRuleSetting.nullable() }),
  z.strictObject({ kind: z.literal("charge"), ...common, value: ChargeSetting.nullable() }),
  z.strictObject({ kind: z.literal("run_proposal"), ...common, value: RunProposalSetting.nullable() }),
  z.strictObject({ kind: z.literal("run_request"), ...common, value: RunRequestSetting.nullable() }),
  z.strictObject({ kind: z.literal("approval_policy"), ...common, value: ApprovalPolicySetting.nullable() }),
  z.strictObject({ kind: z.literal("export_schedule"), ...common, value: ExportScheduleSetting.nullable() }),
  z.strictObject({ kind: z.literal("budget"), ...common, value: BudgetSetting.nullable() }),
  z.strictObject({ kind: z.literal("receiver"), ...common, value: ReceiverSetting.nullable() }),
  z.strictObject({
    kind: z.literal("delivery_request"),
    ...common,
    value: DeliveryRequestSetting.nullable(),
  }),
]);
export type SettingsChange = z.infer<typeof SettingsChange>;
export type SettingValue = NonNullable<SettingsChange["value"]>;

/** The id that a value says of itself; a change's `id` must be the same. */
export function idOfValue(kind: SettingKind, value: SettingValue): string {
  return kind === "source"
    ? (value as SourceSetting).name
    : (value as Exclude<SettingValue, SourceSetting>).id;
}

/** Kafka's key of a change, for people who read the topic; the order is the partition's, not the key's. */
export function changeKey(change: Pick<SettingsChange, "kind" | "id">): string {
  return `${change.kind}:${change.id}`;
}
