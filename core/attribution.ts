import {
  ALLOCATION_MATCHES,
  type AllocationMatch,
  type AllocationSetting,
} from "#core/settings/allocation.ts";
import type { SettingsState } from "#core/settings/state.ts";

/** What of a call rules can go by; empty is not known. */
export interface CallParties {
  readonly key: string;
  /** The pseudonym of the person that the gateway authenticated. */
  readonly user: string;
  readonly tags: readonly string[];
  readonly project: string;
  readonly organization: string;
  /** The team that the source gives; it pays where no rule names another. */
  readonly team: string;
  readonly source: string;
}

/** Who pays for one call. */
export interface Attribution {
  readonly team: string;
  /** Empty is UNALLOCATED. */
  readonly costCenter: string;
  /** The rule that decided, or the rules one after the other with `>` between them; empty: none did. */
  readonly allocationId: string;
}

export type Attribute = (call: CallParties, atMs: number) => Attribution;

interface Rule {
  readonly setting: AllocationSetting;
  readonly fromMs: number;
  readonly toMs: number;
}
type RulesOf = (match: AllocationMatch, value: string, atMs: number) => AllocationSetting | null;

/** What is between the ids of two rules; no id has the sign. */
const ON = ">";

/**
 * The attribution of calls under one state of the map. The most specific rule that is in force when the call begins
 * counts alone (`ALLOCATION_MATCHES` is the order; of a call's labels, the first that has a rule). A rule without a
 * cost centre hands on to the rule of its team. Pure, and the same in whatever order the rules are given.
 */
export function createAttribution(settings: Iterable<AllocationSetting>): Attribute {
  const ruleOf = rulesByValue(settings);
  // Most deployments begin without a map, and every call asks.
  if (ruleOf === null) return ({ team }) => ({ team, costCenter: "", allocationId: "" });
  return (call, atMs) => {
    const first = firstRule(ruleOf, call, atMs);
    const ids: string[] = [];
    let { team } = call;
    let [rule, costCenter] = [first, ""];
    // A rule that was met before ends it: the settings let no circle in, and an endless loop would stop the ingester.
    while (rule !== null && !ids.includes(rule.id)) {
      ids.push(rule.id);
      team = rule.team ?? team;
      costCenter = rule.cost_center ?? "";
      rule = costCenter === "" ? ruleOf("team", team, atMs) : null;
    }
    return { team, costCenter, allocationId: ids.join(ON) };
  };
}

/** The attribution under the map of some settings. */
export function attributionOf({ allocations }: Pick<SettingsState, "allocations">): Attribute {
  return createAttribution([...allocations.values()].map(({ value }) => value));
}

/** The rules that an `allocationId` names, in their order. */
export function rulesOfId(allocationId: string): readonly string[] {
  return allocationId === "" ? [] : allocationId.split(ON);
}

function firstRule(ruleOf: RulesOf, call: CallParties, atMs: number): AllocationSetting | null {
  for (const match of ALLOCATION_MATCHES) {
    const values = match === "tag" ? call.tags : [call[match]];
    for (const value of values) {
      const rule = value === "" ? null : ruleOf(match, value, atMs);
      if (rule !== null) return rule;
    }
  }
  return null;
}

function rulesByValue(settings: Iterable<AllocationSetting>): RulesOf | null {
  const rules = new Map<AllocationMatch, Map<string, Rule[]>>();
  for (const setting of settings) {
    if (setting.status === "cancelled") continue;
    const ofMatch = rules.get(setting.match) ?? new Map<string, Rule[]>();
    rules.set(setting.match, ofMatch);
    ofMatch.set(setting.value, [...(ofMatch.get(setting.value) ?? []), ruleFrom(setting)]);
  }
  if (rules.size === 0) return null;
  for (const ofMatch of rules.values()) for (const same of ofMatch.values()) same.sort(latestFirst);
  return (match, value, atMs) => {
    const same = rules.get(match)?.get(value);
    return same?.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.setting ?? null;
  };
}

function ruleFrom(setting: AllocationSetting): Rule {
  const { effective_from, effective_to } = setting;
  return {
    setting,
    fromMs: Date.parse(effective_from),
    toMs: effective_to === null ? Number.POSITIVE_INFINITY : Date.parse(effective_to),
  };
}

function latestFirst(left: Rule, right: Rule): number {
  return right.fromMs - left.fromMs || (left.setting.id < right.setting.id ? -1 : 1);
}
