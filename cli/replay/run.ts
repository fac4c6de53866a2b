import type { ReplayGround } from "#cli/replay/ground.ts";
import { failure } from "#core/failure.ts";
import { nextEpoch, type RunSetting } from "#core/settings/run.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { ReplayFigures } from "#ingest/replay/report.ts";
import { runReplay } from "#ingest/replay/run-replay.ts";
import { beginRun, finishRun, type RunWish, runToResume, stampOf } from "#ingest/replay/runs.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";

const ACTOR = "command line";

/** What was done, for people and for programs. `run` is null in a dry run. */
export interface ReplayAnswer {
  readonly applied: boolean;
  readonly run: string | null;
  readonly epoch: number | null;
  readonly range: RunWish;
  readonly figures: ReplayFigures;
}

/** What a replay would do; nothing is written anywhere. */
export async function tryReplay(
  ground: ReplayGround,
  wish: RunWish,
  onProgress: (records: number) => void,
): Promise<ReplayAnswer> {
  const state = ground.settings.state();
  refuseUnknown(ground, wish.source);
  const range = rangeOf(wish, nextEpoch(state.runs), wish.to);
  const figures = await runReplay(range, state, null, depsOf(ground, onProgress));
  return { applied: false, run: null, epoch: null, range: wish, figures };
}

/** Begins a replay, or takes up the one that was asked for in the same words, and runs it to its end. */
export async function applyReplay(
  ground: ReplayGround,
  wish: RunWish,
  reason: string,
  onProgress: (records: number) => void,
): Promise<ReplayAnswer> {
  refuseUnknown(ground, wish.source);
  const run = await beginRun({ ...ground, by: { actor: ACTOR, reason } }, wish, ADAPTERS);
  return finish(ground, run, reason, onProgress);
}

/** Runs an unfinished replay to its end. */
export async function resumeReplay(
  ground: ReplayGround,
  id: string,
  onProgress: (records: number) => void,
): Promise<ReplayAnswer> {
  await ground.settings.caughtUp();
  const run = runToResume(ground.settings.state(), id);
  if (run.proposal !== null) throw failure("RUN_OF_PROPOSAL", { id, proposal: run.proposal });
  return finish(ground, run, "resumed at the command line", onProgress);
}

/** Lets what an unfinished replay wrote stand as it is, so that another can begin. */
export async function giveUpReplay(ground: ReplayGround, id: string, reason: string): Promise<RunSetting> {
  await ground.settings.caughtUp();
  const run = runToResume(ground.settings.state(), id);
  await finishRun({ ...ground, by: { actor: ACTOR, reason } }, run, { state: "given_up", figures: null });
  return run;
}

async function finish(
  ground: ReplayGround,
  run: RunSetting,
  reason: string,
  onProgress: (records: number) => void,
): Promise<ReplayAnswer> {
  const { config, producer, settings } = ground;
  const stamp = stampOf(ground, run, ADAPTERS);
  const wish: RunWish = { source: run.source, from: run.from, to: run.to, rejected_only: run.rejected_only };
  const recordAct = createRecordAct(producer, config.topics.acts);
  // Before the first row: nothing changes of which the log of acts does not know.
  await recordAct({
    act: "replay.began",
    actor: ACTOR,
    subject: run.id,
    detail: { ...wish, epoch: run.epoch, reason },
  });
  const writing = { producer, batchesTopic: config.topics.batches, stamp };
  const range = rangeOf(wish, run.epoch, stamp.ingestedAt);
  const figures = await runReplay(
    range,
    settings.at(stamp.settingsOffset),
    writing,
    depsOf(ground, onProgress),
  );
  const { records, changed, cost_before_usd, cost_after_usd } = figures;
  const summary = { records, changed, cost_before_usd, cost_after_usd };
  await recordAct({ act: "replay.ended", actor: ACTOR, subject: run.id, detail: summary });
  await finishRun({ ...ground, by: { actor: ACTOR, reason } }, run, { state: "ended", figures: summary });
  return { applied: true, run: run.id, epoch: run.epoch, range: wish, figures };
}

function rangeOf(wish: RunWish, epoch: number, ingestedUntil: string) {
  const { source, from, to } = wish;
  return { source, from, to, rejectedOnly: wish.rejected_only, epoch, ingestedUntil };
}

function depsOf(ground: ReplayGround, onProgress: (records: number) => void) {
  const { config, clickhouse } = ground;
  const { personSalt } = config;
  return { clickhouse, adapters: ADAPTERS, personSalt, recordsTopic: config.topics.records, onProgress };
}

/** A source that is switched off has no records today: replaying it would take all of them back. */
function refuseUnknown({ settings }: ReplayGround, source: string | null): void {
  if (source === null) return;
  const sources = [...settings.state().sources.values()].map(({ value }) => value);
  if (sources.some(({ name, enabled }) => name === source && enabled)) return;
  const enabled = sources.flatMap((one) => (one.enabled ? [one.name] : []));
  throw failure("OPTION_INVALID", {
    option: "--source",
    value: source,
    accepts: `an enabled source: ${enabled.sort().join(", ") || "there is none"}`,
  });
}
