import { readFileSync } from "node:fs";
import type { CommonOptions } from "#cli/common-options.ts";
import { screenOf } from "#cli/common-options.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { closedPeriodWarnings } from "#core/periods/closed-warnings.ts";
import type { Result } from "#core/result.ts";
import type { ImportPlan, PlannedChange } from "#core/settings/import-plan.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";

export interface ImportOptions extends CommonOptions {
  readonly apply?: boolean;
  readonly reason: string;
}

/** How the files of one kind of setting are imported. */
export interface FileImport<Setting> {
  readonly read: (text: string) => Result<readonly Setting[]>;
  readonly plan: (state: SettingsState, settings: readonly Setting[]) => ImportPlan;
  /** Why the file must not come into these settings; null when it may. */
  readonly refusal?: (state: SettingsState, settings: readonly Setting[]) => string | null;
}

/** Shows what a file would change, and with `--apply` changes it: each line alone, refused where somebody was first. */
export async function importFile<Setting>(
  file: string,
  options: ImportOptions,
  { read, ...into }: FileImport<Setting>,
): Promise<void> {
  return importSettings(file, options, read(textOf(file)), into);
}

/** The same of what was read of a file already. */
export async function importSettings<Setting>(
  file: string,
  options: ImportOptions,
  wanted: Result<readonly Setting[]>,
  { plan, refusal = () => null }: Omit<FileImport<Setting>, "read">,
): Promise<void> {
  if (!wanted.ok) throw failure("FILE_UNREADABLE", { file, reason: wanted.detail });
  await withSettings(options, async ({ producer, settings }) => {
    const refused = refusal(settings.state(), wanted.value);
    if (refused !== null) throw failure("FILE_UNREADABLE", { file, reason: refused });
    const planned = plan(settings.state(), wanted.value);
    const warnings = closedPeriodWarnings(
      settings.state().periods.values(),
      planned.changes.map(({ kind, after }) => ({ kind, value: after })),
    );
    const by = { actor: "command line", reason: options.reason };
    const outcomes = options.apply ? await applyPlan(producer, settings, planned, by) : [];
    const lines = planned.changes.map(
      (change, at) => `${lineOf(change)}${options.apply ? `  ${outcomes[at]?.outcome}` : ""}`,
    );
    const close = options.apply
      ? ""
      : planned.changes.length > 0
        ? "Nothing was changed; --apply does it."
        : "";
    screenOf(options).answer(
      {
        applied: options.apply === true,
        changes: planned.changes.map((change, at) => ({ ...change, outcome: outcomes[at]?.outcome ?? null })),
        same: planned.same.length,
        not_in_file: planned.extra,
        warnings,
      },
      [
        ...lines,
        ...warnings.map((warning) => `warning: ${warning}`),
        `${planned.changes.length} to change, ${planned.same.length} as they are.`,
        close,
      ].filter((line) => line !== ""),
    );
    if (outcomes.some((outcome) => outcome.outcome !== "applied")) process.exitCode = 1;
  });
}

export function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw failure("FILE_UNREADABLE", { file, reason: (error as Error).message }, error);
  }
}

function lineOf(change: PlannedChange): string {
  const sign = { create: "+", update: "~", remove: "-" }[change.action];
  const fields = change.changedFields.length > 0 ? `  (${change.changedFields.join(", ")})` : "";
  return `${sign} ${change.kind} ${change.id}${fields}`;
}
