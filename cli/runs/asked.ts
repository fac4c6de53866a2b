import type { CommonOptions } from "#cli/common-options.ts";
import { rangeOption } from "#cli/replay/options.ts";
import { COST_STATUSES } from "#core/cost-status.ts";
import { failure } from "#core/failure.ts";
import { readSettingsMoment, settingsAsOf } from "#core/settings/moment.ts";
import type { ProposedKind } from "#core/settings/run-proposal.ts";
import { RunScope } from "#core/settings/run-scope.ts";
import type { Proposed } from "#ingest/runs/proposals.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface ScopeOptions extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly team: readonly string[];
  readonly model: readonly string[];
  readonly platform: readonly string[];
  readonly source: readonly string[];
  readonly costStatus: readonly string[];
  readonly book?: string;
  readonly reason?: string;
  readonly apply?: boolean;
}

const MOMENTS = "an instant (2026-11-03T00:00:00Z), or an offset of the settings that exists (1042)";

/** The range and scope that options name, before anything is connected to. */
export function scopeOption(options: ScopeOptions, nowMs: number): Pick<Proposed, "from" | "to" | "scope"> {
  const scope = RunScope.safeParse({
    teams: options.team,
    models: options.model,
    platforms: options.platform,
    sources: options.source,
    cost_statuses: options.costStatus,
  });
  if (scope.success) return { ...rangeOption(options, nowMs), scope: scope.data };
  const issue = scope.error.issues[0];
  const [list, at] = (issue?.path ?? []) as [keyof RunScope, number];
  const option = OPTIONS[list] ?? "the scope";
  const given = { teams: options.team, models: options.model, platforms: options.platform };
  const values = { ...given, sources: options.source, cost_statuses: options.costStatus };
  const accepts = list === "cost_statuses" ? COST_STATUSES.join(", ") : String(issue?.message);
  throw failure("OPTION_INVALID", { option, value: String(values[list]?.[at] ?? "too many"), accepts });
}

const OPTIONS: Readonly<Record<keyof RunScope, string>> = {
  teams: "--team",
  models: "--model",
  platforms: "--platform",
  sources: "--source",
  cost_statuses: "--cost-status",
};

/** Version B of the settings; absent: those of now. */
export function bookOption(settings: SettingsLog, text: string | undefined): bigint {
  if (text === undefined) return settings.state().offset;
  const read = readSettingsMoment(text);
  const state = read.ok ? settingsAsOf(settings, read.value) : null;
  if (state === null) throw failure("OPTION_INVALID", { option: "--book", value: text, accepts: MOMENTS });
  return state.offset;
}

export function reasonOption(reason: string | undefined): string {
  if (reason !== undefined && reason.trim() !== "") return reason;
  throw failure("OPTION_INVALID", { option: "--reason", value: "absent", accepts: "why, for the history" });
}

export function kindName(kind: ProposedKind | "replay"): string {
  return kind.replace("_", "-");
}
