import { type Command, Option } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { withRecords } from "#cli/replay/ground.ts";
import { rangeOption } from "#cli/replay/options.ts";
import { replayJson, replayLines } from "#cli/replay/report-lines.ts";
import { applyReplay, tryReplay } from "#cli/replay/run.ts";
import { failure } from "#core/failure.ts";
import { REJECT_REASONS } from "#core/reject-reason.ts";
import { listRejects, type RejectGroup } from "#ingest/rejects/list-rejects.ts";
import { type RecordPlace, type ShownRecord, showRecord } from "#ingest/rejects/show-record.ts";
import { createRecordAct } from "#runtime/acts/record-act.ts";

interface RangeOptions extends CommonOptions {
  readonly source?: string;
  readonly from?: string;
  readonly to?: string;
}

/** `spendtrail rejects list|show|replay`: what could not be understood, as a work list. */
export function registerRejects(program: Command): void {
  const rejects = program
    .command("rejects")
    .description("what could not be understood: by reason, one by one, and brought in after a fix");
  const list = ranged(
    rejects.command("list").description("count the open rejects by source and reason, with a sample"),
  );
  list.addOption(new Option("--reason <reason>", "only this reason").choices(REJECT_REASONS));
  common(list, ["spendtrail rejects list", "spendtrail rejects list --source kong --from 2026-11-01"]).action(
    listVerb,
  );
  const show = rejects
    .command("show")
    .argument("<position>", "topic/partition/offset/element, as `rejects list` shows it")
    .description("show one stored record: reason, detail, headers and its bytes as they are kept, redacted");
  common(show, ["spendtrail rejects show spendtrail.records/0/812/0"]).action(showVerb);
  const replay = ranged(
    rejects
      .command("replay")
      .description(
        "bring in what is understood now, once, after a fix of the source or a newer adapter; shows it first",
      ),
  )
    .option("--apply", "write it; needs --reason")
    .option("--reason <text>", "why, for the history");
  common(replay, [
    "spendtrail rejects replay --source kong",
    "spendtrail rejects replay --source kong --apply --reason 'source was missing until Tuesday'",
  ]).action(replayVerb);
}

function ranged(command: Command): Command {
  return command
    .option("--source <name>", "only those of this source, or that claim to be")
    .option("--from <time>", "records that Kafka took from this time on; default all")
    .option("--to <time>", "records that Kafka took before this time; default now");
}

async function listVerb(options: RangeOptions & { readonly reason?: string }): Promise<void> {
  const filter = {
    ...rangeOption(options, Date.now()),
    source: options.source ?? null,
    reason: options.reason ?? null,
  };
  const groups = await withRecords(options, ({ clickhouse }) => listRejects(clickhouse, filter));
  if (groups.length === 0) return screenOf(options).answer([], ["There are no open rejects in the range."]);
  screenOf(options).table(
    groups,
    [
      {
        title: "source",
        text: (group: RejectGroup) => group.source || `(says ${group.claimed_source || "nothing"})`,
      },
      { title: "reason", text: ({ reason }) => reason },
      { title: "records", text: ({ records }) => String(records), align: "right" },
      { title: "first", text: ({ first_at }) => first_at },
      { title: "last", text: ({ last_at }) => last_at },
      { title: "sample", text: ({ sample }) => sample },
      { title: "detail", text: ({ sample_detail }) => sample_detail.slice(0, 80) },
    ],
    groups,
  );
}

async function showVerb(position: string, options: CommonOptions): Promise<void> {
  const place = placeOption(position);
  const record = await withRecords(options, async ({ clickhouse, producer, config }) => {
    // What people may have written is in it: the reading is on record before the data leaves.
    await createRecordAct(
      producer,
      config.topics.acts,
    )({
      act: "audit.read",
      actor: "command line",
      subject: `record ${position}`,
      detail: {},
    });
    return showRecord(clickhouse, place);
  });
  if (record === null)
    throw failure("OPTION_INVALID", {
      option: "the position",
      value: position,
      accepts: "the position of a stored record; `spendtrail rejects list` shows some",
    });
  screenOf(options).answer(record, recordLines(record));
}

async function replayVerb(
  options: RangeOptions & { readonly apply?: boolean; readonly reason?: string },
): Promise<void> {
  const screen = screenOf(options);
  const range = rangeOption(options, Date.now());
  const wish = { source: options.source ?? null, ...range, rejected_only: true };
  const { reason } = options;
  if (options.apply && (reason === undefined || reason.trim() === ""))
    throw failure("OPTION_INVALID", { option: "--reason", value: "absent", accepts: "why, for the history" });
  const onProgress = (records: number) => screen.progress(`${records} records looked at`);
  const answer = await withRecords(options, (ground) =>
    options.apply ? applyReplay(ground, wish, reason ?? "", onProgress) : tryReplay(ground, wish, onProgress),
  );
  screen.answer(replayJson(answer), replayLines(answer));
}

function placeOption(text: string): RecordPlace {
  const [, topic, partition, offset, element] =
    /^([a-zA-Z0-9._-]{1,249})\/(\d{1,9})\/(\d{1,19})(?:\/(\d{1,9}))?$/.exec(text) ?? [];
  if (topic === undefined || offset === undefined)
    throw failure("OPTION_INVALID", {
      option: "the position",
      value: text,
      accepts: "topic/partition/offset or topic/partition/offset/element",
    });
  return { topic, partition: Number(partition), offset: BigInt(offset), element: Number(element ?? 0) };
}

function recordLines(record: ShownRecord): string[] {
  const { topic, partition, offset, element, headers, stored, ...rest } = record;
  return [
    `position         ${topic}/${partition}/${offset}/${element}`,
    ...Object.entries(rest).map(([name, value]) => `${name.padEnd(16)} ${printable(String(value || "-"))}`),
    "headers",
    ...Object.entries(headers).map(([name, value]) => `  ${name}: ${printable(value)}`),
    `stored, ${stored.length} characters`,
    printable(stored),
  ];
}

/** Bytes of strangers must not steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "\ufffd");
}
