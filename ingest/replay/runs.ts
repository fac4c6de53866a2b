import { randomUUID } from "node:crypto";
import type { Adapter } from "#core/adapter.ts";
import { failure } from "#core/failure.ts";
import { nextEpoch, type RunSetting, runId, unfinishedRun } from "#core/settings/run.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

export interface RunLog {
  readonly producer: Producer;
  readonly settings: SettingsLog;
  readonly by: { readonly actor: string; readonly reason: string };
}

/** What a replay is asked to be; from it and from the run before the epoch follows. */
export type RunWish = Pick<RunSetting, "source" | "from" | "to" | "rejected_only">;

/** What a run that carries out a proposal has beside its range. */
export type ProposedWish = Pick<
  RunSetting,
  "kind" | "proposal" | "scope" | "settings_offset" | "ingested_until"
>;

/** How often the next epoch is asked for again, when others take it first. */
const TRIES_MAX = 20;

/**
 * Puts a run on the settings topic, which gives it an epoch that no other run has. A run that was asked for in the same
 * words and not finished is taken up instead.
 *
 * @throws failure RUN_UNFINISHED when another run is not finished
 */
export async function beginRun(
  log: RunLog,
  wish: RunWish,
  adapters: ReadonlyMap<string, Adapter>,
  proposed: ProposedWish | null = null,
): Promise<RunSetting> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    await log.settings.caughtUp();
    const state = log.settings.state();
    const unfinished = unfinishedRun(state.runs);
    if (unfinished !== null) {
      if (isWished(unfinished, wish, proposed?.proposal ?? null)) return unfinished;
      throw failure("RUN_UNFINISHED", { id: unfinished.id, finish: finishBy(unfinished) });
    }
    const epoch = nextEpoch(state.runs);
    const run: RunSetting = {
      ...{ id: runId(epoch), epoch, kind: "replay", ...wish, settings_offset: String(state.offset) },
      ...{ proposal: null, scope: null, ingested_until: null, ...proposed },
      ...{ adapter_versions: versionsFor(log.settings, proposed, adapters), state: "begun", figures: null },
    };
    const outcome = await changeRun(log, run, 0);
    if (outcome.outcome === "applied") return run;
    // Somebody else began a run in between; the next look says what is to be done.
    if (outcome.outcome === "invalid" && unfinishedRun(log.settings.state().runs) === null)
      throw failure("SETTING_REFUSED", { kind: "run", id: run.id, reason: outcome.detail });
  }
  throw new Error(`no epoch was to be had in ${TRIES_MAX} tries`);
}

/**
 * The unfinished run of an id.
 * @throws failure RUN_UNKNOWN, RUN_OVER
 */
export function runToResume(state: SettingsState, id: string): RunSetting {
  const { value } = found(state, id);
  if (value.state !== "begun") throw failure("RUN_OVER", { id, state: value.state });
  return value;
}

/**
 * What a run's rows are stamped with, the same for every attempt.
 * @throws failure RUN_DIFFERS when this program has other adapters than the one that began the run
 */
export function stampOf(
  log: Pick<RunLog, "settings">,
  run: RunSetting,
  adapters: ReadonlyMap<string, Adapter>,
) {
  const begun = log.settings
    .outcomesAfter(-1n, Number.MAX_SAFE_INTEGER)
    .find((outcome) => isBegin(outcome, run.id));
  if (begun === undefined) throw new Error(`run ${run.id} is in the fold and not in its log`);
  const settingsOffset = BigInt(run.settings_offset);
  const now = versionsOf(log.settings.at(settingsOffset), adapters);
  for (const [gateway, version] of Object.entries(run.adapter_versions))
    if (now[gateway] !== version)
      throw failure("RUN_DIFFERS", { id: run.id, gateway, begun: version, now: now[gateway] ?? "none" });
  return { epoch: run.epoch, settingsOffset, ingestedAt: new Date(begun.appendTimeMs).toISOString() };
}

/** Says on the settings topic that a run is over. Said twice, it counts once. */
export async function finishRun(
  log: RunLog,
  run: RunSetting,
  end: Pick<RunSetting, "state" | "figures">,
): Promise<void> {
  const { version, value } = found(log.settings.state(), run.id);
  if (value.state !== "begun") return;
  const outcome = await changeRun(log, { ...run, ...end }, version);
  if (outcome.outcome === "applied" || outcome.outcome === "conflict") return;
  throw failure("SETTING_REFUSED", { kind: "run", id: run.id, reason: outcome.detail });
}

/** The command that finishes a run. */
function finishBy({ id, proposal }: RunSetting): string {
  return proposal === null
    ? `spendtrail replay --resume ${id}`
    : `spendtrail runs apply ${proposal} --reason '...'`;
}

function changeRun({ producer, settings, by }: RunLog, run: RunSetting, expectedVersion: number) {
  const change = {
    change_id: randomUUID(),
    id: run.id,
    expected_version: expectedVersion,
    value: run,
    ...by,
  };
  return changeSettings(producer, settings, { kind: "run", ...change });
}

function found(state: SettingsState, id: string): Versioned<RunSetting> {
  const run = state.runs.get(id);
  if (run === undefined) throw failure("RUN_UNKNOWN", { id });
  return run;
}

function isBegin(outcome: ReturnType<SettingsLog["outcomesAfter"]>[number], id: string): boolean {
  return (
    outcome.outcome === "applied" &&
    outcome.change.kind === "run" &&
    outcome.change.id === id &&
    outcome.version === 1
  );
}

function isWished(run: RunSetting, wish: RunWish, proposal: string | null): boolean {
  const isSame = (["source", "from", "to", "rejected_only"] as const).every(
    (name) => run[name] === wish[name],
  );
  return isSame && run.proposal === proposal;
}

/** A re-rate reads no record, so no adapter has a part in its rows. */
function versionsFor(
  settings: SettingsLog,
  proposed: ProposedWish | null,
  adapters: ReadonlyMap<string, Adapter>,
): Record<string, number> {
  if (proposed === null) return versionsOf(settings.state(), adapters);
  if (proposed.kind === "re_rate") return {};
  return versionsOf(settings.at(BigInt(proposed.settings_offset)), adapters);
}

/** The adapters of the sources there are: what else a program can read has no part in a run. */
function versionsOf(state: SettingsState, adapters: ReadonlyMap<string, Adapter>): Record<string, number> {
  const gateways = new Set([...state.sources.values()].map(({ value }) => value.gateway));
  return Object.fromEntries(
    [...gateways].sort().map((gateway) => [gateway, adapters.get(gateway)?.version ?? 0]),
  );
}
