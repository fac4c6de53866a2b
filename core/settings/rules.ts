import { type AllocationSetting, allocationRule } from "#core/settings/allocation.ts";
import { needsOther } from "#core/settings/approval-policy.ts";
import { budgetRule } from "#core/settings/budget.ts";
import type { SettingsChange, SettingValue } from "#core/settings/change.ts";
import { idOfValue } from "#core/settings/change.ts";
import { type ChargeSetting, chargeRule } from "#core/settings/charge.ts";
import { type CurrencyRateSetting, currencyRateRule } from "#core/settings/currency-rate.ts";
import { deliveryRequestRule } from "#core/settings/delivery-request.ts";
import { type DiscountSetting, discountRule } from "#core/settings/discount.ts";
import { fallbackRateRule } from "#core/settings/fallback-rate.ts";
import { type GapSetting, gapId } from "#core/settings/gap.ts";
import type { KeySetting } from "#core/settings/key.ts";
import { periodRule } from "#core/settings/period-rule.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import { receiverRule } from "#core/settings/receiver.ts";
import { type RunSetting, runRule } from "#core/settings/run.ts";
import { type RunProposalSetting, runProposalRule } from "#core/settings/run-proposal.ts";
import { type RunRequestSetting, runRequestRule } from "#core/settings/run-request.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { type SplitRuleSetting, splitRuleRule } from "#core/settings/split-rule.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { unreachable } from "#core/unreachable.ts";

/**
 * Why a change must not be made though its version fits; null when it may. `before` is the value now, or the last
 * one before a removal. Rules only look at settings, so every program and every replay comes to the same answer.
 */
export function brokenRule(
  state: SettingsState,
  change: SettingsChange,
  before: SettingValue | null,
): string | null {
  if (change.value !== null && idOfValue(change.kind, change.value) !== change.id)
    return `the change is of ${change.id} but its value is of ${idOfValue(change.kind, change.value)}`;
  switch (change.kind) {
    case "source":
      return sourceRule(state, change.value, before as SourceSetting | null);
    case "key":
      return keyRule(change.value, before as KeySetting | null);
    case "price":
      return priceRule(change.value, before as PriceSetting | null);
    case "discount":
      return discountRule(change.value, before as DiscountSetting | null);
    case "currency_rate":
      return currencyRateRule(change.value, before as CurrencyRateSetting | null);
    case "fallback_rate":
      return fallbackRateRule(state, change.value);
    case "gap":
      return gapRule(change.value);
    case "run":
      return runRule(groundOf(state), change.value, before as RunSetting | null);
    case "run_proposal":
      return runProposalRule(
        groundOf(state),
        change.value,
        before as RunProposalSetting | null,
        change.actor,
      );
    case "run_request":
      return runRequestRule(state, change.value, before as RunRequestSetting | null, change.actor);
    case "approval_policy":
    case "export_schedule":
      return null;
    case "receiver":
      return receiverRule(state.receivers, change.value);
    case "delivery_request":
      return deliveryRequestRule(state.deliveryRequests, change.value, change.actor);
    case "budget":
      return budgetRule(state.budgets, change.value);
    case "period":
      return periodRule({ ...state, actor: change.actor }, change.id, change.value);
    case "allocation":
      return allocationRule(state, change.value, before as AllocationSetting | null);
    case "split_rule":
      return splitRuleRule(change.value, before as SplitRuleSetting | null);
    case "charge":
      return chargeRule(state, change.value, before as ChargeSetting | null);
    default:
      return unreachable(change);
  }
}

function groundOf({ runs, proposals, runRequests, approvalPolicies, offset }: SettingsState) {
  return { runs, proposals, runRequests, needsOther: needsOther(approvalPolicies), offset };
}

function sourceRule(
  state: SettingsState,
  value: SourceSetting | null,
  before: SourceSetting | null,
): string | null {
  if (value === null) return null;
  // The name is part of every event's identity: under another adapter the same record would be another event.
  if (before !== null && before.gateway !== value.gateway)
    return `source ${value.name} is of gateway ${before.gateway} and cannot become ${value.gateway}; take another name`;
  if (value.team_from === "fixed" && value.team === null)
    return `source ${value.name} takes a fixed team but names none; set team`;
  if (!value.enabled || value.topic === null) return null;
  for (const { value: other } of state.sources.values())
    if (other.enabled && other.topic === value.topic && other.name !== value.name)
      return `topic ${value.topic} is already claimed by source ${other.name}; disable that one first`;
  return null;
}

function keyRule(value: KeySetting | null, before: KeySetting | null): string | null {
  if (value === null) return "a key is revoked, not removed, so that it stays known who held it";
  if (before === null) return null;
  if (before.secret_sha256 !== value.secret_sha256) return "a key's secret cannot change; make another key";
  if (before.revoked && !value.revoked) return "a revoked key stays revoked; make another key";
  if (before.role !== value.role) return "a key's role cannot change; make another key and revoke this one";
  return null;
}

/** What a price row is about; another value of any of these is another row. */
const PRICE_IDENTITY = [
  "account",
  "platform",
  "model",
  "geo_scope",
  "speed",
  "service_tier",
  "prompt_tokens_above",
  "prompt_tokens_max",
  "effective_from",
  "currency",
] as const satisfies readonly (keyof PriceSetting)[];

function priceRule(value: PriceSetting | null, before: PriceSetting | null): string | null {
  if (value === null) return "a price row is cancelled, not removed, so that past ratings can be explained";
  if (value.effective_to !== null && value.effective_to <= value.effective_from)
    return `price ${value.id} ends at ${value.effective_to}, not after it begins`;
  if (value.prompt_tokens_max !== null && value.prompt_tokens_max <= value.prompt_tokens_above)
    return `price ${value.id} has an empty band of prompt tokens`;
  const changed =
    before === null ? undefined : PRICE_IDENTITY.find((field) => before[field] !== value[field]);
  if (changed !== undefined) return `a price row's ${changed} cannot change; cancel the row and add another`;
  return null;
}

function gapRule(value: GapSetting | null): string | null {
  if (value === null) return "a gap stays on record; what was passed over stays passed over";
  if (value.id !== gapId(value)) return `the gap's id must be ${gapId(value)}`;
  if (BigInt(value.from_offset) > BigInt(value.to_offset))
    return `the gap begins at ${value.from_offset}, after its end`;
  return null;
}
