import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { type ReplayGround, withRecords } from "#cli/replay/ground.ts";
import { rangeOption } from "#cli/replay/options.ts";
import { replayJson, replayLines } from "#cli/replay/report-lines.ts";
import { applyReplay, giveUpReplay, type ReplayAnswer, resumeReplay, tryReplay } from "#cli/replay/run.ts";
import type { Screen } from "#cli/screen.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import type { RunSetting } from "#core/settings/run.ts";

interface Options extends CommonOptions {
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
  readonly rejectedOnly?: boolean;
  readonly apply?: boolean;
  readonly reason?: string;
  readonly resume?: string;
  readonly giveUp?: string;
  readonly list?: boolean;
}

/** `spendtrail replay`: stored records read again with today's adapters and settings. */
export function registerReplay(program: Command): void {
  const command = program
    .command("replay")
    .description(
      "read stored records again with today's adapters, prices and attribution, and show what would change; --apply writes it as corrections",
    )
    .option("--source <name>", "whose records; needed but with --resume, --give-up and --list")
    .option("--from <time>", "records that Kafka took from this time on; default all")
    .option("--to <time>", "records that Kafka took before this time; default now")
    .option("--rejected-only", "only records that were rejected; nothing that stands is touched")
    .option("--apply", "write the corrections; needs --reason")
    .option("--reason <text>", "why, for the history")
    .option("--resume <run>", "finish a run that was killed")
    .option(
      "--give-up <run>",
      "let what an unfinished run wrote stand, so that another can begin; needs --reason",
    )
    .option("--list", "list the runs");
  common(command, [
    "spendtrail replay --source litellm --from 2026-11-01 --to 2026-12-01",
    "spendtrail replay --source litellm --from 2026-11-01 --to 2026-12-01 --apply --reason 'contract prices of November'",
    "spendtrail replay --resume run-3",
  ]).action(replay);
}

async function replay(options: Options): Promise<void> {
  if (options.list) return listRuns(options);
  const screen = screenOf(options);
  if (options.giveUp !== undefined) {
    const [id, reason] = [options.giveUp, reasonOf(options)];
    const run = await withRecords(options, (ground) => giveUpReplay(ground, id, reason));
    return screen.answer({ run: run.id, state: "given_up" }, [
      `Run ${run.id} is given up; the next one goes on from there.`,
    ]);
  }
  // What is missing is said before anything is connected to.
  const act = actOf(options, screen);
  const answer = await withRecords(options, act);
  screen.answer(replayJson(answer), replayLines(answer));
}

function actOf(options: Options, screen: Screen): (ground: ReplayGround) => Promise<ReplayAnswer> {
  const onProgress = (records: number) => screen.progress(`${records} records looked at`);
  const { resume } = options;
  if (resume !== undefined) return (ground) => resumeReplay(ground, resume, onProgress);
  const range = rangeOption(options, Date.now());
  const wish = { source: sourceOf(options), ...range, rejected_only: options.rejectedOnly === true };
  if (!options.apply) return (ground) => tryReplay(ground, wish, onProgress);
  const reason = reasonOf(options);
  return (ground) => applyReplay(ground, wish, reason, onProgress);
}

function sourceOf({ source }: Options): string {
  if (source !== undefined) return source;
  throw failure("OPTION_INVALID", { option: "--source", value: "absent", accepts: "the name of a source" });
}

function reasonOf({ reason }: Options): string {
  if (reason !== undefined && reason.trim() !== "") return reason;
  throw failure("OPTION_INVALID", { option: "--reason", value: "absent", accepts: "why, for the history" });
}

async function listRuns(options: Options): Promise<void> {
  const runs = await withSettings(options, async ({ settings }) =>
    [...settings.state().runs.values()].map(({ value }) => value),
  );
  screenOf(options).table(
    runs,
    [
      { title: "run", text: ({ id }: RunSetting) => id },
      { title: "source", text: ({ source }) => source ?? "all" },
      { title: "from", text: ({ from }) => from },
      { title: "to", text: ({ to }) => to },
      { title: "of", text: (run) => (run.rejected_only ? "rejects" : "all records") },
      { title: "state", text: ({ state }) => state.replace("_", " ") },
      { title: "changed", text: ({ figures }) => String(figures?.changed ?? "-"), align: "right" },
    ],
    runs,
  );
}
