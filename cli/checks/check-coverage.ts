import { type Finding, fault, fine, warning } from "#cli/checks/finding.ts";
import { knownGaps } from "#core/coverage/known-gaps.ts";
import { isUnexplained } from "#core/coverage/verdicts.ts";
import { checkCoverage } from "#jobs/coverage/check-coverage.ts";
import { GRACE_MS } from "#jobs/coverage/coverage-job.ts";
import type { GapRow, PartitionState, SequenceGapRow } from "#jobs/coverage/coverage-row.ts";
import { readKnownGaps } from "#jobs/coverage/known-gaps.ts";
import { readPartitionStates } from "#jobs/coverage/read-coverage.ts";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Config } from "#runtime/config/config.ts";
import type { Log } from "#runtime/log.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

export interface CoverageChecked {
  readonly findings: readonly Finding[];
  /** The same for machines. */
  readonly gaps: ReturnType<typeof knownGaps>;
}

/**
 * Reads all that Kafka holds of every topic that is ingested and compares it with what is stored; names every offset
 * and every producer's number that lacks. What it finds goes on record, as what the job finds does.
 */
export async function checkAllCoverage(config: Config, log: Log): Promise<CoverageChecked> {
  const settings = await followSettings({ kafka: config.kafka, topic: config.topics.settings, log });
  const clickhouse = connectClickHouse(config.clickhouse.ingest);
  try {
    const topics = await checkCoverage({
      ...{ kafka: config.kafka, clickhouse, settings, recordsTopic: config.topics.records, log },
      ...{ clock: () => new Date(), graceMs: GRACE_MS, readsWholeLog: true },
    });
    const findings: Finding[] = [];
    for (const topic of topics) {
      const { offsets, numbers } = await readKnownGaps(clickhouse, [topic]);
      const gaps = [...offsets.map(offsetGap), ...numbers.map(numberGap)];
      findings.push(summary(topic, await readPartitionStates(clickhouse, topic), gaps), ...gaps);
    }
    return { findings, gaps: knownGaps(await readKnownGaps(clickhouse, topics)) };
  } finally {
    await Promise.all([settings.stop(), clickhouse.close()]);
  }
}

function summary(topic: string, states: readonly PartitionState[], gaps: readonly Finding[]): Finding {
  const sum = (pick: (state: PartitionState) => bigint) =>
    states.reduce((total, state) => total + pick(state), 0n);
  const silent = sum((state) => state.control + state.aborted + state.compacted + state.unseen);
  const whole = gaps.some(({ state }) => state === "fault") ? "" : "; nothing is missing";
  const text = `${sum((state) => state.records)} records stored (${sum((state) => state.accepted)} elements accepted, ${sum((state) => state.rejected)} rejected), ${silent} offsets that hold no record${whole}`;
  return fine(`coverage of ${topic}`, text);
}

/** What each verdict means to whoever reads it first. */
const MEANING: Readonly<Record<string, string>> = {
  missing: "Kafka holds nothing there, and nothing was stored",
  expired: "Kafka's retention took them before they were ingested",
  skipped: "Kafka holds records there that were not ingested",
  damaged: "Kafka holds them and they cannot be read",
  unstored: "a batch says that they were stored, and the rows are gone",
  unlisted: "rows are there that no batch speaks of",
  removed: "they are stored, and somebody took them out of the middle of Kafka's log",
  declared: "an operator gave them up",
};

function offsetGap(gap: GapRow): Finding {
  const name = `coverage of ${gap.topic}`;
  const text = `partition ${gap.partition}, ${run("offset", gap)}: ${gap.verdict}, ${MEANING[gap.verdict] ?? ""}${times(gap)}`;
  return isUnexplained(gap.verdict) ? fault(name, text) : warning(name, text);
}

function numberGap(gap: SequenceGapRow): Finding {
  const text = `source ${gap.source}, producer ${gap.producer}, ${run("number", gap)}: they were given and never reached Kafka${times(gap)}`;
  return fault(`coverage of ${gap.topic}`, text);
}

function run(what: string, { from, to }: { readonly from: bigint; readonly to: bigint }): string {
  return from === to ? `${what} ${from}` : `${what}s ${from} to ${to} (${to - from + 1n})`;
}

function times({ afterMs, beforeMs }: { readonly afterMs: number | null; readonly beforeMs: number | null }) {
  const after = afterMs === null ? "" : ` after ${new Date(afterMs).toISOString()}`;
  const before = beforeMs === null ? "" : ` before ${new Date(beforeMs).toISOString()}`;
  return after === "" && before === ""
    ? ""
    : `;${after}${after !== "" && before !== "" ? " and" : ""}${before}`;
}
