import type { Outcome } from "#core/settings/state.ts";

/** The columns of `settings_changes_v1` but `ingested_at`, which the writer adds. */
export const CHANGE_COLUMNS = [
  "settings_offset",
  "append_time",
  "change_id",
  "kind",
  "id",
  "expected_version",
  "version",
  "outcome",
  "detail",
  "actor",
  "reason",
  "before",
  "after",
] as const;
export type ChangeRow = Readonly<Record<(typeof CHANGE_COLUMNS)[number], string | number | bigint>>;

/** One row of the settings' history: every message of the topic has one, applied or refused. */
export function changeRow(outcome: Outcome): ChangeRow {
  const { change } = outcome;
  const applied = outcome.outcome === "applied" ? outcome : null;
  return {
    settings_offset: outcome.offset,
    append_time: new Date(outcome.appendTimeMs).toISOString(),
    change_id: change?.change_id ?? "",
    kind: change?.kind ?? "",
    id: change?.id ?? "",
    expected_version: change?.expected_version ?? 0,
    version: applied?.version ?? 0,
    outcome: outcome.outcome,
    detail: outcome.outcome === "applied" ? "" : outcome.detail,
    actor: change?.actor ?? "",
    reason: change?.reason ?? "",
    before: applied?.before ? JSON.stringify(applied.before) : "",
    after: applied?.change.value ? JSON.stringify(applied.change.value) : "",
  };
}
