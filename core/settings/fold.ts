import { type AllocationSetting, allocationAddress } from "#core/settings/allocation.ts";
import { type SettingKind, SettingsChange, type SettingValue } from "#core/settings/change.ts";
import { brokenRule } from "#core/settings/rules.ts";
import { type Outcome, type SettingsState, settingsOf, type Versioned } from "#core/settings/state.ts";

/** One message of the settings topic as it lies there. */
export interface SettingsMessage {
  readonly offset: bigint;
  readonly appendTimeMs: number;
  readonly value: Buffer | null;
}

/** The state after one message, and what became of it. Pure; see `foldAll` for many. */
export function foldSettings(
  state: SettingsState,
  message: SettingsMessage,
): { readonly state: SettingsState; readonly outcome: Outcome } {
  const { state: next, outcomes } = foldAll(state, [message]);
  return { state: next, outcome: outcomes[0] as Outcome };
}

/**
 * Folds messages in the order of the log. A change is applied if its expected version is the current one and no
 * rule is broken; anything else is refused and changes nothing but the offset, so a message that is not even JSON
 * stops nobody. A change id that was seen before is a repeat, whatever became of it first. The given state is left
 * as it is: its maps are copied once, not once a message, which is what makes a long log quick to read.
 */
export function foldAll(
  state: SettingsState,
  messages: readonly SettingsMessage[],
): { readonly state: SettingsState; readonly outcomes: readonly Outcome[] } {
  const draft: Draft = {
    offset: state.offset,
    sources: new Map(state.sources),
    keys: new Map(state.keys),
    prices: new Map(state.prices),
    discounts: new Map(state.discounts),
    currencyRates: new Map(state.currencyRates),
    fallbackRates: new Map(state.fallbackRates),
    gaps: new Map(state.gaps),
    runs: new Map(state.runs),
    periods: new Map(state.periods),
    allocations: new Map(state.allocations),
    allocationIds: new Map(state.allocationIds),
    splitRules: new Map(state.splitRules),
    charges: new Map(state.charges),
    proposals: new Map(state.proposals),
    runRequests: new Map(state.runRequests),
    approvalPolicies: new Map(state.approvalPolicies),
    exportSchedules: new Map(state.exportSchedules),
    budgets: new Map(state.budgets),
    receivers: new Map(state.receivers),
    deliveryRequests: new Map(state.deliveryRequests),
    removed: new Map(state.removed),
    seen: new Map(state.seen),
  };
  const outcomes = messages.map((message) => foldInto(draft, message));
  return { state: draft, outcomes };
}

type Draft = {
  -readonly [Field in keyof SettingsState]: SettingsState[Field] extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Value>
    : SettingsState[Field];
};

function foldInto(draft: Draft, message: SettingsMessage): Outcome {
  const at = { offset: message.offset, appendTimeMs: message.appendTimeMs };
  draft.offset = message.offset;
  const read = readChange(message.value);
  if (typeof read === "string") return { ...at, outcome: "invalid", change: null, detail: read };
  const change = read;
  const first = draft.seen.get(change.change_id);
  if (first !== undefined)
    return {
      ...at,
      outcome: "duplicate",
      change,
      first,
      detail: `the same change_id was at offset ${first}`,
    };
  draft.seen.set(change.change_id, message.offset);

  const address = `${change.kind}:${change.id}`;
  const current = settingsOf(draft, change.kind).get(change.id);
  const last = current ?? draft.removed.get(address);
  const version = current?.version ?? 0;
  if (change.expected_version !== version)
    return { ...at, outcome: "conflict", change, version, detail: conflictDetail(change, version) };
  const broken =
    change.value === null && current === undefined
      ? "there is nothing to remove"
      : brokenRule(draft, change, last?.value ?? null);
  if (broken !== null) return { ...at, outcome: "invalid", change, detail: broken };

  const next = (last?.version ?? 0) + 1;
  put(draft, change.kind, change.id, change.value, { version: next, offset: message.offset }, last);
  return { ...at, outcome: "applied", change, version: next, before: current?.value ?? null };
}

function put(
  draft: Draft,
  kind: SettingKind,
  id: string,
  value: SettingValue | null,
  made: { version: number; offset: bigint },
  last: Versioned<SettingValue> | undefined,
): void {
  // The change's schema ties the kind to the value's type; the maps are typed one by one.
  const values = settingsOf(draft, kind) as Map<string, Versioned<SettingValue>>;
  if (value !== null) {
    if (kind === "allocation" && !values.has(id)) index(draft, value as AllocationSetting);
    values.set(id, { ...made, value });
    draft.removed.delete(`${kind}:${id}`);
  } else if (last !== undefined) {
    values.delete(id);
    draft.removed.set(`${kind}:${id}`, { ...made, value: last.value });
  }
}

/** What a rule of the map is about never changes, and no rule is removed: so an id stays where it is. */
function index(draft: Draft, rule: AllocationSetting): void {
  const address = allocationAddress(rule);
  draft.allocationIds.set(address, [...(draft.allocationIds.get(address) ?? []), rule.id]);
}

function readChange(value: Buffer | null): SettingsChange | string {
  if (value === null || value.length === 0) return "the message is empty";
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(value));
  } catch {
    return "the message is not JSON in UTF-8";
  }
  const read = SettingsChange.safeParse(json);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  return `${issue?.path.join(".") || "the message"}: ${issue?.message}`;
}

function conflictDetail(change: SettingsChange, version: number): string {
  const now = version === 0 ? "does not exist" : `is at version ${version}`;
  return `${change.kind} ${change.id} ${now}, and the change was made from version ${change.expected_version}`;
}
