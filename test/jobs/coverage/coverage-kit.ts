import { checkCoverage } from "#jobs/coverage/check-coverage.ts";
import type { CoverageDeps } from "#jobs/coverage/examine-topic.ts";
import { countMissing, readKnownGaps } from "#jobs/coverage/known-gaps.ts";
import { readPartitionStates } from "#jobs/coverage/read-coverage.ts";
import { type Ground, silent } from "#test/support/pipeline.ts";

/** One check of a test's ground, with no patience, and what is on record behind it. */
export async function check(ground: Ground, more: Partial<CoverageDeps> = {}) {
  const topics = await checkCoverage({
    ...{ kafka: ground.kafka, clickhouse: ground.clickhouse, settings: ground.settings, log: silent },
    ...{ recordsTopic: ground.topics.records, clock: () => new Date(), graceMs: -60_000 },
    ...{ readsWholeLog: false, ...more },
  });
  const gaps = await readKnownGaps(ground.clickhouse, topics);
  const states = await readPartitionStates(ground.clickhouse, ground.topics.records);
  return {
    states: states.toSorted((a, b) => a.lifeMs - b.lifeMs || a.partition - b.partition),
    offsets: gaps.offsets.map(({ partition, from, to, verdict }) => `${partition}:${from}-${to} ${verdict}`),
    numbers: gaps.numbers.map(
      ({ source, producer, from, to, verdict }) => `${source}/${producer}:${from}-${to} ${verdict}`,
    ),
    gaps,
    missing: countMissing([...gaps.offsets, ...gaps.numbers]),
  };
}
