import { type Command, Option } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { type ListOptions, listSchedules } from "#cli/export/list-schedules.ts";
import { existingSchedule, writeSchedule } from "#cli/export/schedule-settings.ts";
import { type SetOptions, setSchedules } from "#cli/export/set-schedule.ts";
import { countOption } from "#cli/port-option.ts";
import { failure } from "#core/failure.ts";
import { RELATIVE_RANGES, SCHEDULED_EXPORTS, SCHEDULED_FORMATS } from "#core/settings/export-schedule.ts";

interface Options extends CommonOptions {
  readonly url?: string;
  readonly reason: string;
}

const URL_HELP = "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787";

const NOT_PAUSED = "a schedule that is not paused; `spendtrail export schedules resume` it first";

/** `spendtrail export schedules list|set|pause|resume|run|remove`. */
export function registerExportSchedules(exports: Command): void {
  const verbs = exports
    .command("schedules")
    .description("exports that are made and delivered on a clock; asks the query API");
  const list = verbs
    .command("list")
    .description("the schedules, when they are next due and what became of their last exports")
    .option("--runs <number>", "due times of each", countOption, 3)
    .option("--url <url>", URL_HELP);
  common(list, ["spendtrail export schedules list"]).action((options: ListOptions) => listSchedules(options));
  registerSet(verbs);
  toggle(verbs, "pause", "leave due times out until it is resumed", false);
  toggle(verbs, "resume", "go on from the next due time", true);
  const run = named(
    verbs,
    "run",
    "make and deliver it now beside its due times, or again for one that failed",
  )
    .option("--due <instant>", "as if due then: what is known as of then, and the range as seen from there")
    .option("--reason <text>", "why, for the history", "run by hand")
    .option("--url <url>", URL_HELP);
  common(run, [
    "spendtrail export schedules run month-close",
    "spendtrail export schedules run month-close --due 2026-12-01T05:00:00Z",
  ]).action(async (name: string, options: Options & { due?: string }) => {
    const { value } = await existingSchedule(name, options.url);
    if (value["enabled"] === false)
      throw failure("OPTION_INVALID", { option: "<name>", value: name, accepts: NOT_PAUSED });
    const due = options.due === undefined ? new Date() : new Date(options.due);
    // What is no instant is refused by the API, in its words.
    const also_at = Number.isNaN(due.getTime()) ? options.due : due.toISOString();
    await change(
      name,
      options,
      { also_at },
      `Schedule ${name} is due at ${also_at}; it begins two minutes later.`,
    );
  });
  const remove = named(verbs, "remove", "remove a schedule; what was delivered stays where it is")
    .option("--reason <text>", "why, for the history", "removed at the command line")
    .option("--url <url>", URL_HELP);
  common(remove, ["spendtrail export schedules remove month-close --reason 'moved to the warehouse'"]).action(
    async (name: string, options: Options) => {
      const { version } = await existingSchedule(name, options.url);
      await writeSchedule(name, version, null, { url: options.url, reason: options.reason });
      screenOf(options).answer({ id: name, removed: true }, [`Schedule ${name} is removed.`]);
    },
  );
}

function registerSet(verbs: Command): void {
  const set = verbs
    .command("set")
    .argument("[name]", "lower-case letters, digits and -")
    .description("make a schedule or change what is said of one; an admin's key")
    .option("--file <json>", "one or several schedules, as in docs/exports.md")
    .addOption(new Option("--export <export>", "which").choices(SCHEDULED_EXPORTS))
    .option("--param <name=value>", "a parameter of that export, such as grain=day; repeatable", collect, [])
    .addOption(new Option("--range <range>", "of what, as seen from the due time").choices(RELATIVE_RANGES))
    .addOption(new Option("--format <format>", "of the file").choices(SCHEDULED_FORMATS))
    .option("--cron <expression>", "when: minute hour day month weekday, in the zone")
    .option("--zone <zone>", "IANA time zone of the expression and of the range")
    .option("--destination <name>", "one of those that the operator has configured")
    .option("--owner <key id>", "for whom: the file holds what this key may see; else the key that asks")
    .option(
      "--catch-up <number>",
      "due times before the newest that are made up for after a downtime",
      Number,
    )
    .option("--reason <text>", "why, for the history", "set at the command line")
    .option("--url <url>", URL_HELP);
  common(set, [
    "spendtrail export schedules set month-close --export journal --range previous_month --cron '0 6 1 * *' --zone Europe/Berlin --destination finance",
    "spendtrail export schedules set month-close --param by=cost_center --format xlsx",
    "spendtrail export schedules set --file examples/exports/schedules.json",
  ]).action((name: string | undefined, options: SetOptions) => setSchedules(name, options));
}

function toggle(verbs: Command, name: "pause" | "resume", description: string, enabled: boolean): void {
  const verb = named(verbs, name, description)
    .option("--reason <text>", "why, for the history", `${name}d at the command line`)
    .option("--url <url>", URL_HELP);
  common(verb, [`spendtrail export schedules ${name} month-close`]).action((id: string, options: Options) =>
    change(id, options, { enabled }, `Schedule ${id} is ${enabled ? "resumed" : "paused"}.`),
  );
}

async function change(
  id: string,
  options: Options,
  said: Readonly<Record<string, unknown>>,
  told: string,
): Promise<void> {
  const { version: before, value } = await existingSchedule(id, options.url);
  const at = { url: options.url, reason: options.reason };
  const version = await writeSchedule(id, before, { ...value, ...said }, at);
  screenOf(options).answer({ id, version, value: { ...value, ...said } }, [told]);
}

function named(verbs: Command, name: string, description: string): Command {
  return verbs.command(name).argument("<name>", "the schedule").description(description);
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
