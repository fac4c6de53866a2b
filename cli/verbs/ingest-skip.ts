import { randomUUID } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { withSettings } from "#cli/with-settings.ts";
import { failure } from "#core/failure.ts";
import { type GapSetting, gapId } from "#core/settings/gap.ts";
import { listTopics } from "#runtime/kafka/list-topics.ts";
import { readEnds } from "#runtime/kafka/topic-ends.ts";
import { createLog } from "#runtime/log.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

interface SkipOptions extends CommonOptions {
  readonly topic: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** `spendtrail ingest skip`: an operator gives up offsets that cannot be read. */
export function registerIngestSkip(ingest: Command): void {
  const skip = ingest
    .command("skip")
    .description(
      "give up offsets that a partition stands before because they cannot be read, as a gap on record; what can be read in them is ingested all the same",
    )
    .requiredOption("--topic <name>", "the topic")
    .requiredOption("--partition <number>", "the partition", partitionOption)
    .requiredOption("--from <offset>", "the first offset", offsetOption)
    .requiredOption("--to <offset>", "the last offset, itself given up too", offsetOption)
    .requiredOption("--reason <text>", "why, for the history");
  common(skip, [
    "spendtrail ingest skip --topic spendtrail.records --partition 3 --from 812 --to 840 --reason 'disk fault, ticket 71'",
  ]).action(skipOffsets);
}

async function skipOffsets(options: SkipOptions): Promise<void> {
  const range = {
    topic: options.topic,
    partition: options.partition,
    from_offset: options.from,
    to_offset: options.to,
  };
  const gap: GapSetting = { id: gapId(range), ...range };
  await refuseMistyped(options);
  const isNew = await withSettings(options, async ({ producer, settings }) => {
    if (settings.state().gaps.has(gap.id)) return false;
    const outcome = await changeSettings(producer, settings, {
      kind: "gap",
      change_id: randomUUID(),
      id: gap.id,
      expected_version: 0,
      value: gap,
      actor: "command line",
      reason: options.reason,
    });
    if (outcome.outcome === "applied") return true;
    throw failure("SETTING_REFUSED", { kind: "gap", id: gap.id, reason: outcome.detail });
  });
  screenOf(options).answer({ ...gap, declared: isNew }, [
    isNew
      ? `Given up on record: offsets ${gap.from_offset} to ${gap.to_offset} of ${gap.topic}/${gap.partition}. Ingesters go past what of them cannot be read within seconds.`
      : "That gap is on record already; nothing was changed.",
  ]);
}

/** A gap in a partition that is not there would be on record for ever and help nobody. */
async function refuseMistyped(options: SkipOptions): Promise<void> {
  const { kafka } = configOf(options, "settings");
  const log = createLog("cli", "error");
  const { topic, partition, from, to } = options;
  const topics = await listTopics(kafka, log);
  if (!topics.has(topic))
    throw failure("OPTION_INVALID", {
      option: "--topic",
      value: topic,
      accepts: [...topics].sort().join(", "),
    });
  const partitions = (await readEnds(kafka, [topic], log)).length;
  if (partition >= partitions)
    throw failure("OPTION_INVALID", {
      option: "--partition",
      value: partition,
      accepts: `a partition of ${topic}: 0 to ${partitions - 1}`,
    });
  if (BigInt(from) > BigInt(to))
    throw failure("OPTION_INVALID", { option: "--to", value: to, accepts: `${from} or more` });
}

function partitionOption(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a partition's number was due");
}

function offsetOption(text: string): string {
  if (/^(0|[1-9]\d{0,18})$/.test(text)) return text;
  throw new InvalidArgumentError("an offset in digits was due");
}
