import { randomUUID } from "node:crypto";
import { failure } from "#core/failure.ts";
import type { PeriodSetting } from "#core/settings/period.ts";
import { periodRule } from "#core/settings/period-rule.ts";
import type { Versioned } from "#core/settings/state.ts";
import type { RouteDeps } from "#query-api/app-type.ts";
import { actFirst } from "#query-api/record-act.ts";
import { appliedOr } from "#query-api/setting-outcome.ts";

/** One step of a period, by one key. */
export interface PeriodStep {
  readonly step: "open" | "soft_close" | "close" | "ask_to_reopen" | "withdraw" | "reopen" | "remove";
  readonly actor: string;
  readonly reason: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * The period as it is here.
 *
 * @throws failure PERIOD_UNKNOWN
 */
export function periodOf(deps: Pick<RouteDeps, "settings">, id: string): Versioned<PeriodSetting> {
  const found = deps.settings.state().periods.get(id);
  if (found === undefined) throw failure("PERIOD_UNKNOWN", { id });
  return found;
}

/**
 * Refuses what the rules refuse, before anything is read for it.
 *
 * @throws failure SETTING_INVALID
 */
export function refuseEarly(deps: RouteDeps, value: PeriodSetting, actor: string): void {
  const { periods, runs } = deps.settings.state();
  const broken = periodRule({ periods, runs, actor }, value.id, value);
  if (broken !== null) throw failure("SETTING_INVALID", { detail: broken });
}

/**
 * Puts the step on the log of acts and then the change into the settings, from the version that was read.
 *
 * @throws failure SETTING_INVALID, SETTING_CONFLICT, ACT_NOT_RECORDED
 */
export async function changePeriod(
  deps: RouteDeps,
  id: string,
  change: { readonly value: PeriodSetting | null; readonly expected: number },
  { step, actor, reason, detail }: PeriodStep,
): Promise<{ version: number; settings_offset: bigint }> {
  if (change.value !== null) refuseEarly(deps, change.value, actor);
  const act = { act: "period.changed", actor, subject: `/v1/periods/${id}` } as const;
  await actFirst(deps, { ...act, detail: { step, reason, ...detail } });
  const outcome = await deps.changeSettings({
    ...{ kind: "period", id, value: change.value, expected_version: change.expected, actor, reason },
    change_id: randomUUID(),
    at: deps.clock().toISOString(),
  });
  const { version, offset } = appliedOr(outcome);
  return { version, settings_offset: offset };
}
