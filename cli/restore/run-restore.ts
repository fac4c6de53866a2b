import { rootFaults } from "#cli/restore/check-roots.ts";
import { checkSums, type SumsReport } from "#cli/restore/check-sums.ts";
import { goOnBehind } from "#cli/restore/go-on-behind.ts";
import { batchesIn, batchMessages, messagesOf } from "#cli/restore/messages-of.ts";
import { requireEmpty } from "#cli/restore/require-empty.ts";
import { restoreRows } from "#cli/restore/restore-rows.ts";
import { BEGUN, ENDED, markStep, readSteps } from "#cli/restore/steps.ts";
import { readPeople, verifyFiles } from "#cli/restore/verify-files.ts";
import type { Link } from "#core/backup/chain.ts";
import { failure } from "#core/failure.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import { type ClickHouse, connectClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import type { Config } from "#runtime/config/config.ts";
import { restoreTopic } from "#runtime/kafka/restore-topic.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import type { Log } from "#runtime/log.ts";
import { migrate } from "#runtime/migrate.ts";

const SQL_DIR = new URL("../../sql", import.meta.url).pathname;

export interface RestoreDeps {
  readonly config: Pick<Config, "kafka" | "topics" | "topicPartitions" | "replicationFactor"> & {
    readonly clickhouse: Pick<Config["clickhouse"], "admin" | "database">;
  };
  readonly ingestGroup: string;
  readonly store: BackupStore;
  readonly log: Log;
  readonly clock: () => Date;
  readonly progress: (line: string) => void;
}

export interface RestoreReport extends Omit<SumsReport, "faults"> {
  readonly manifests: number;
  /** Batches whose Merkle root was built anew from the restored rows and is the one that was written. */
  readonly roots: number;
  readonly messages: { readonly settings: number; readonly acts: number; readonly batches: number };
  readonly goes_on: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
  }[];
}

/** Everything read and verified, nothing written. */
export async function dryRestore({ store, progress }: Pick<RestoreDeps, "store" | "progress">) {
  return verifyFiles(store, progress);
}

/**
 * A back-up into an empty ClickHouse and an empty Kafka. All of it is verified first. It can break off anywhere and be
 * run again: rows go under tokens, messages are compared with those that are there, and steps are on record.
 * @throws failure BACKUP_*, RESTORE_TARGET_NOT_EMPTY, RESTORE_TOPIC_DIFFERS, RESTORE_DIFFERS
 */
export async function runRestore(deps: RestoreDeps): Promise<RestoreReport> {
  const { config, store, log, progress } = deps;
  const chain = await verifyFiles(store, progress);
  const backup = chain.at(-1)?.sha256 ?? "";
  const { admin, database } = config.clickhouse;
  await migrate(admin, database, SQL_DIR);
  const clickhouse = connectClickHouse({ ...admin, database });
  try {
    const steps = await readSteps(clickhouse, backup);
    if (!steps.has(BEGUN) || steps.has(ENDED)) {
      const { settings, acts, batches } = config.topics;
      await requireEmpty(clickhouse, config.kafka, [settings, acts, batches], log);
      await markStep(clickhouse, backup, BEGUN, deps.clock());
    }
    const batches = await batchesIn(store, chain);
    const messages = await restoreTopics(deps, chain, new Set([...batches.values()].map(({ root }) => root)));
    for (const { manifest } of chain) {
      if (steps.has(manifest.sequence)) continue;
      progress(`Restoring ${manifest.sequence} of ${chain.length} (${manifest.hour?.hour ?? "topics"})`);
      await restoreRows(clickhouse, store, manifest);
      await markStep(clickhouse, backup, manifest.sequence, deps.clock());
    }
    await restorePeople(clickhouse, store, backup);
    progress("Comparing sums and roots");
    const { faults, ...sums } = await checkSums(clickhouse, store, chain);
    const wrong = [...faults, ...(await rootFaults(clickhouse, batches))];
    if (wrong.length > 0) throw failure("RESTORE_DIFFERS", { faults: wrong.slice(0, 20).join("\n") });
    const offsets = await goOnBehind(config.kafka, deps.ingestGroup, batches, log);
    await markStep(clickhouse, backup, ENDED, deps.clock());
    const goesOn = offsets.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: String(offset),
    }));
    return { manifests: chain.length, ...sums, roots: batches.size, messages, goes_on: goesOn };
  } finally {
    await clickhouse.close();
  }
}

async function restoreTopics(
  { config, store, log, progress }: RestoreDeps,
  chain: readonly Link[],
  roots: ReadonlySet<string>,
): Promise<RestoreReport["messages"]> {
  const { topics, replicationFactor } = config;
  const specs = ourTopics(topics, config.topicPartitions, replicationFactor);
  const restore = async (topic: string, messages: Parameters<typeof restoreTopic>[2]) => {
    progress(`Restoring topic ${topic}`);
    const spec = specs.find((one) => one.topic === topic);
    if (spec === undefined) throw new Error(`${topic} is none of our topics`);
    return restoreTopic(config.kafka, spec, messages, { replicationFactor, log });
  };
  return {
    settings: await restore(topics.settings, messagesOf(store, chain, "settings")),
    acts: await restore(topics.acts, messagesOf(store, chain, "acts")),
    batches: await restore(topics.batches, batchMessages(store, chain, roots)),
  };
}

async function restorePeople(clickhouse: ClickHouse, store: BackupStore, backup: string): Promise<void> {
  const rows = await readPeople(store);
  const columns = Object.keys(rows[0] ?? {});
  await clickhouse.insert({
    table: "people_v1",
    columns,
    rows: rows as readonly Row[],
    token: `people-${backup}`,
  });
}
