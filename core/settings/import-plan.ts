import type { SettingKind, SettingsChange, SettingValue } from "#core/settings/change.ts";
import { idOfValue } from "#core/settings/change.ts";
import type { Versioned } from "#core/settings/state.ts";

/** One line of a plan: what would become of one setting. */
export interface PlannedChange {
  readonly kind: SettingKind;
  readonly id: string;
  readonly action: "create" | "update" | "remove";
  /** The version that the plan was made from: if it moved on since, that line is refused and the others stand. */
  readonly expectedVersion: number;
  readonly before: SettingValue | null;
  readonly after: SettingValue | null;
  /** Names of the top-level fields that differ, for an update. */
  readonly changedFields: readonly string[];
}

export interface ImportPlan {
  readonly changes: readonly PlannedChange[];
  /** Ids that are as wanted already. */
  readonly same: readonly string[];
  /** Ids that are there and not in the file; only removed where the caller asks for it. */
  readonly extra: readonly string[];
}

/**
 * What has to change so that the settings of one kind are as wanted: the difference between a file and the fold.
 * Applying the same file again gives an empty plan. What the file does not name stays, unless `removeExtra`.
 */
export function planImport(
  kind: SettingKind,
  current: ReadonlyMap<string, Versioned<SettingValue>>,
  wanted: readonly SettingValue[],
  options: { readonly removeExtra?: boolean } = {},
): ImportPlan {
  const changes: PlannedChange[] = [];
  const same: string[] = [];
  const named = new Set<string>();
  for (const after of wanted) {
    const id = idOfValue(kind, after);
    named.add(id);
    const now = current.get(id);
    const changedFields = now === undefined ? [] : differingFields(now.value, after);
    if (now === undefined)
      changes.push({ kind, id, action: "create", expectedVersion: 0, before: null, after, changedFields });
    else if (changedFields.length === 0) same.push(id);
    else
      changes.push({
        kind,
        id,
        action: "update",
        expectedVersion: now.version,
        before: now.value,
        after,
        changedFields,
      });
  }
  const extra = [...current.keys()].filter((id) => !named.has(id));
  if (options.removeExtra === true)
    for (const id of extra) {
      const now = current.get(id);
      if (now !== undefined)
        changes.push({
          kind,
          id,
          action: "remove",
          expectedVersion: now.version,
          before: now.value,
          after: null,
          changedFields: [],
        });
    }
  return { changes, same, extra };
}

/** The messages of a plan, one a line of it; `changeIds` are fresh and as many. */
export function planToChanges(
  plan: ImportPlan,
  by: { readonly actor: string; readonly reason: string; readonly changeIds: readonly string[] },
): readonly SettingsChange[] {
  return plan.changes.map((line, index) => {
    const changeId = by.changeIds[index];
    if (changeId === undefined) throw new Error("a plan takes as many change ids as it has changes");
    return {
      kind: line.kind,
      change_id: changeId,
      id: line.id,
      expected_version: line.expectedVersion,
      value: line.after,
      actor: by.actor,
      reason: by.reason,
      // A planned line's kind and value come from one map of one kind.
    } as SettingsChange;
  });
}

function differingFields(before: SettingValue, after: SettingValue): readonly string[] {
  const left: Readonly<Record<string, unknown>> = { ...before };
  const right: Readonly<Record<string, unknown>> = { ...after };
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => sortedJson(left[name]) !== sortedJson(right[name])).sort();
}

/** JSON with sorted keys, so that the order in which a file states fields is no difference. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
