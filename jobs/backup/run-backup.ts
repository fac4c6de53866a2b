import { hoursOf, type Link, nextOf } from "#core/backup/chain.ts";
import type { BackupFile, BackupTopic, Manifest } from "#core/backup/manifest.ts";
import { appendManifest, markLatest } from "#jobs/backup/append-manifest.ts";
import { BatchRow, batchKey } from "#jobs/backup/batch-ranges.ts";
import { readRowFile } from "#jobs/backup/files.ts";
import { countHours } from "#jobs/backup/hour-rows.ts";
import { readChain } from "#jobs/backup/read-chain.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import { writeHour } from "#jobs/backup/write-hour.ts";
import { writePeople } from "#jobs/backup/write-people.ts";
import { writeTopic } from "#jobs/backup/write-topic.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { TopicNames } from "#runtime/config/config.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const HOUR_MS = 3_600_000;
/** After an hour's end, before it is closed. A batch that comes later still gets a manifest of its own. */
export const GRACE_MS = 5 * 60_000;

export interface BackupDeps {
  /** As a user that reads everything. */
  readonly clickhouse: ClickHouse;
  readonly kafka: KafkaConfig;
  readonly topics: Pick<TopicNames, "settings" | "acts" | "batches">;
  readonly store: BackupStore;
  readonly log: Log;
  readonly clock: () => Date;
  readonly signal: AbortSignal;
  /** Manifests that an earlier pass has read. */
  readonly known?: readonly Link[];
  readonly written?: (manifest: Manifest) => void;
}

export interface BackupReport {
  readonly chain: readonly Link[];
  /** Manifests that this pass wrote. */
  readonly written: readonly Manifest[];
  readonly people: number;
}

/**
 * One pass: everything closed that is not in the back-up yet. It can break off anywhere and be run again; it writes
 * nothing when there is nothing new. Settings go first, because the rows of an hour name offsets of theirs.
 * @throws failure BACKUP_CHAIN_BROKEN, BACKUP_ROWS_MISSING, BACKUP_TOPIC_GAP, BACKUP_TAKEN_OVER, BACKUP_PLACE_REFUSED
 */
export async function runBackup(deps: BackupDeps): Promise<BackupReport> {
  const chain = [...(await readChain(deps.store, deps.known))];
  const last = chain.at(-1);
  if (last !== undefined) await markLatest(deps.store, last);
  const written: Manifest[] = [];
  const append = async (
    content: Pick<Manifest, "hour" | "topics"> & { readonly files: readonly BackupFile[] },
  ) => {
    const writtenAt = deps.clock().toISOString();
    const link = await appendManifest(deps.store, chain.at(-1), { ...content, written_at: writtenAt });
    chain.push(link);
    written.push(link.manifest);
    deps.written?.(link.manifest);
  };
  const closedBefore = Math.floor((deps.clock().getTime() - GRACE_MS) / HOUR_MS) * HOUR_MS;
  const before = new Date(closedBefore).toISOString().slice(0, -1);
  const topics = await topicsPart(deps, chain);
  if (topics.files.length > 0) await append({ hour: null, ...topics });
  const there = hoursOf(chain);
  for (const { hour, batches, corrections } of await countHours(deps.clickhouse, before)) {
    deps.signal.throwIfAborted();
    const known = there.get(hour) ?? { batches: 0, corrections: 0 };
    // Fewer than the back-up has: retention took them from the table.
    if (batches <= known.batches && corrections <= known.corrections) continue;
    const part = await writeHour(deps, hour, await batchesOf(deps.store, chain, hour));
    await append({ ...part, topics: {} });
  }
  return { chain, written, people: await writePeople(deps.clickhouse, deps.store) };
}

async function topicsPart(
  deps: BackupDeps,
  chain: readonly Link[],
): Promise<Pick<Manifest, "topics" | "files">> {
  const topics: Partial<Record<BackupTopic, { from: string; next: string }>> = {};
  const files: BackupFile[] = [];
  for (const [kind, topic] of [
    ["settings", deps.topics.settings],
    ["acts", deps.topics.acts],
    ["batch_messages", deps.topics.batches],
  ] as const) {
    const next = nextOf(chain, kind);
    // Acts are kept for a year, so a first back-up may come too late for the oldest; nothing names their offsets.
    const at = { kind, topic, from: BigInt(next ?? 0), mayBeginLate: kind === "acts" && next === null };
    const part = await writeTopic(deps, at);
    if (part.files.length === 0) continue;
    topics[kind] = { from: part.from, next: part.next };
    files.push(...part.files);
  }
  return { topics, files };
}

/** The batches of an hour that are in the back-up already. */
async function batchesOf(store: BackupStore, chain: readonly Link[], hour: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const { manifest } of chain) {
    if (manifest.hour?.hour !== hour) continue;
    for (const file of manifest.files.filter(({ kind }) => kind === "batches"))
      for (const row of await readRowFile(store, file)) keys.add(batchKey(BatchRow.parse(row)));
  }
  return keys;
}
