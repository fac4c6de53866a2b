import type { AllocationSetting } from "#core/settings/allocation.ts";
import type { ApprovalPolicySetting } from "#core/settings/approval-policy.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import type { SettingKind, SettingsChange, SettingValue } from "#core/settings/change.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import type { CurrencyRateSetting } from "#core/settings/currency-rate.ts";
import type { DeliveryRequestSetting } from "#core/settings/delivery-request.ts";
import type { DiscountSetting } from "#core/settings/discount.ts";
import type { ExportScheduleSetting } from "#core/settings/export-schedule.ts";
import type { FallbackRateSetting } from "#core/settings/fallback-rate.ts";
import type { GapSetting } from "#core/settings/gap.ts";
import type { KeySetting } from "#core/settings/key.ts";
import type { PeriodSetting } from "#core/settings/period.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import type { ReceiverSetting } from "#core/settings/receiver.ts";
import type { RunSetting } from "#core/settings/run.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import type { RunRequestSetting } from "#core/settings/run-request.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { SplitRuleSetting } from "#core/settings/split-rule.ts";

export interface Versioned<Value> {
  readonly version: number;
  /** Offset of the change that made this version. */
  readonly offset: bigint;
  readonly value: Value;
}

/** What became of one message of the settings topic. */
export type Outcome = {
  readonly offset: bigint;
  readonly appendTimeMs: number;
} & (
  | {
      readonly outcome: "applied";
      readonly change: SettingsChange;
      readonly version: number;
      readonly before: SettingValue | null;
    }
  | {
      readonly outcome: "conflict";
      readonly change: SettingsChange;
      readonly version: number;
      readonly detail: string;
    }
  /** `change` is null when the message could not be read as one. */
  | { readonly outcome: "invalid"; readonly change: SettingsChange | null; readonly detail: string }
  /** The id was seen before: `first` is what became of it then, and nothing happens now. */
  | {
      readonly outcome: "duplicate";
      readonly change: SettingsChange;
      readonly first: bigint;
      readonly detail: string;
    }
);

/** All settings as of one offset: the fold of the topic's messages up to and with it. Never changed in place. */
export interface SettingsState {
  /** Of the last message that was folded; -1 is none. */
  readonly offset: bigint;
  readonly sources: ReadonlyMap<string, Versioned<SourceSetting>>;
  readonly keys: ReadonlyMap<string, Versioned<KeySetting>>;
  readonly prices: ReadonlyMap<string, Versioned<PriceSetting>>;
  readonly discounts: ReadonlyMap<string, Versioned<DiscountSetting>>;
  readonly currencyRates: ReadonlyMap<string, Versioned<CurrencyRateSetting>>;
  readonly fallbackRates: ReadonlyMap<string, Versioned<FallbackRateSetting>>;
  readonly gaps: ReadonlyMap<string, Versioned<GapSetting>>;
  readonly runs: ReadonlyMap<string, Versioned<RunSetting>>;
  readonly periods: ReadonlyMap<string, Versioned<PeriodSetting>>;
  readonly allocations: ReadonlyMap<string, Versioned<AllocationSetting>>;
  /** The ids of all allocations that are about the same: a rule looks at them and not at the whole map. */
  readonly allocationIds: ReadonlyMap<string, readonly string[]>;
  readonly splitRules: ReadonlyMap<string, Versioned<SplitRuleSetting>>;
  readonly charges: ReadonlyMap<string, Versioned<ChargeSetting>>;
  readonly proposals: ReadonlyMap<string, Versioned<RunProposalSetting>>;
  readonly runRequests: ReadonlyMap<string, Versioned<RunRequestSetting>>;
  readonly approvalPolicies: ReadonlyMap<string, Versioned<ApprovalPolicySetting>>;
  readonly exportSchedules: ReadonlyMap<string, Versioned<ExportScheduleSetting>>;
  readonly budgets: ReadonlyMap<string, Versioned<BudgetSetting>>;
  readonly receivers: ReadonlyMap<string, Versioned<ReceiverSetting>>;
  readonly deliveryRequests: ReadonlyMap<string, Versioned<DeliveryRequestSetting>>;
  /** What was removed, at the version of its removal: versions go on from there, and rules look back. */
  readonly removed: ReadonlyMap<string, Versioned<SettingValue>>;
  /** Every change id that was seen, with the offset of its first sighting. */
  readonly seen: ReadonlyMap<string, bigint>;
}

export const NO_SETTINGS: SettingsState = {
  offset: -1n,
  sources: new Map(),
  keys: new Map(),
  prices: new Map(),
  discounts: new Map(),
  currencyRates: new Map(),
  fallbackRates: new Map(),
  gaps: new Map(),
  runs: new Map(),
  periods: new Map(),
  allocations: new Map(),
  allocationIds: new Map(),
  splitRules: new Map(),
  charges: new Map(),
  proposals: new Map(),
  runRequests: new Map(),
  approvalPolicies: new Map(),
  exportSchedules: new Map(),
  budgets: new Map(),
  receivers: new Map(),
  deliveryRequests: new Map(),
  removed: new Map(),
  seen: new Map(),
};

/** The settings of one kind, with the kind's type forgotten. */
export function settingsOf(
  state: SettingsState,
  kind: SettingKind,
): ReadonlyMap<string, Versioned<SettingValue>> {
  const { sources: source, keys: key, prices: price, gaps: gap, runs: run } = state;
  const { discounts: discount, currencyRates: currency_rate, allocations: allocation } = state;
  const { fallbackRates: fallback_rate, runRequests: run_request } = state;
  const { splitRules: split_rule, charges: charge, periods: period } = state;
  const { proposals: run_proposal, approvalPolicies: approval_policy } = state;
  const { exportSchedules: export_schedule, budgets: budget, receivers: receiver } = state;
  const { deliveryRequests: delivery_request } = state;
  return {
    ...{ source, key, price, discount, currency_rate, gap, run, run_proposal, approval_policy },
    ...{ allocation, split_rule, charge, period, fallback_rate, run_request, export_schedule },
    ...{ budget, receiver, delivery_request },
  }[kind];
}
