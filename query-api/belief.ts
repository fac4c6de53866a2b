import { z } from "zod";
import { failure } from "#core/failure.ts";
import { readSettingsMoment, settingsAsOf } from "#core/settings/moment.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { Integer } from "#query-api/answer-types.ts";
import type { ApiDeps } from "#query-api/deps.ts";

export const costsAsOf = z
  .string()
  .max(40)
  .optional()
  .describe(
    "The figures as they were believed then: an instant (`2026-12-03T00:00:00Z`) or an offset of the settings (`1042`): what had been ingested, and the runs that had begun. Or `run-3`: every call there is now, as corrected by the runs to that one; `run-0`: as ingested. Absent: as believed now.",
  );

export const Belief = z
  .object({
    settings_offset: Integer.describe("The settings of then."),
    epoch: z.int().describe("The last run that counts; 0: none."),
    ingested_until: z.string().describe("Calls that were ingested later are left out."),
  })
  .meta({ id: "Belief", description: "What an answer takes for known; only with `book_as_of`." });

/** Which beliefs count: those of runs to an epoch, over what was ingested by a moment. */
export interface CostBelief {
  readonly epoch: number;
  /** ISO 8601, itself within. */
  readonly ingestedUntil: string;
  readonly settings: SettingsState;
}

/**
 * What was known at a moment. A run counts from when it began, with all its rows; so do reversals of conflicts from when
 * they were written. Of an offset: until the next change was made, so that the newest offset is what is believed now.
 *
 * @throws failure REQUEST_INVALID
 */
export function beliefOf(
  { settings, clock }: Pick<ApiDeps, "settings" | "clock">,
  text: string | undefined,
): CostBelief | null {
  if (text === undefined) return null;
  const now = clock().toISOString();
  const run = /^run-(0|[1-9]\d{0,8})$/.exec(text)?.[1];
  if (run !== undefined) return afterRun(settings.state(), Number(run), now);
  const read = readSettingsMoment(text);
  if (!read.ok) throw refused(`${read.detail}, nor a run (run-3)`);
  const state = settingsAsOf(settings, read.value);
  if (state === null) throw refused(`lies ahead of offset ${settings.state().offset}`);
  if (read.value.by === "time" && read.value.timeMs > Date.parse(now)) throw refused("is in the future");
  const ingestedUntil =
    read.value.by === "time"
      ? new Date(read.value.timeMs).toISOString()
      : untilNext(settings, state.offset, now);
  return { epoch: state.runs.size, ingestedUntil, settings: state };
}

function afterRun(settings: SettingsState, epoch: number, now: string): CostBelief {
  if (epoch > settings.runs.size) throw refused("names a run that there is not");
  return { epoch, ingestedUntil: now, settings };
}

/** The last millisecond before the change that follows an offset; now, where none does. */
function untilNext(settings: ApiDeps["settings"], offset: bigint, now: string): string {
  const [next] = settings.outcomesAfter(offset, 1);
  return next === undefined ? now : new Date(next.appendTimeMs - 1).toISOString();
}

function refused(fault: string) {
  return failure("REQUEST_INVALID", { faults: `book_as_of ${fault}` });
}

/**
 * The rows of a belief. A run's rows count by its epoch alone, which the settings gave it: the clock that stamped them
 * is Kafka's, and another's than that of what was ingested.
 */
export const BELIEF_LINES: readonly string[] = [
  `  AND ${BELIEF_EPOCH_SQL} <= {belief_epoch:UInt32}`,
  "  AND ((epoch > 0 AND epoch < 2147483648) OR ingested_at <= {belief_until:DateTime64(3, 'UTC')})",
];

export function beliefParams(belief: CostBelief | null): Record<string, unknown> {
  if (belief === null) return {};
  return { belief_epoch: belief.epoch, belief_until: belief.ingestedUntil.replace("Z", "") };
}
