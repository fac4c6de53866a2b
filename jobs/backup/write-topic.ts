import type { BackupFile, BackupTopic } from "#core/backup/manifest.ts";
import { failure } from "#core/failure.ts";
import { rowFiles } from "#jobs/backup/files.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

/** A message as it lies in a file. Key and value in base64: a back-up understands nothing of them. */
export interface StoredMessage {
  readonly offset: string;
  readonly append_ms: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The messages of a one-partition topic from an offset on, to its present end. Offsets are what ratings and batches
 * name, so none may be missing between two messages.
 * @throws failure BACKUP_TOPIC_GAP
 */
export async function writeTopic(
  deps: { readonly kafka: KafkaConfig; readonly store: BackupStore; readonly log: Log },
  at: {
    readonly kind: BackupTopic;
    readonly topic: string;
    readonly from: bigint;
    readonly mayBeginLate: boolean;
  },
): Promise<{ readonly from: string; readonly next: string; readonly files: readonly BackupFile[] }> {
  const files = rowFiles(deps.store, at.kind, `topics/${at.kind}`);
  let from: bigint | null = null;
  let next = at.from;
  let fault: Error | null = null;
  const reader = await readTopic(deps.kafka, {
    topic: at.topic,
    fromOffset: at.from,
    log: deps.log,
    onRecord: async (record) => {
      if (fault !== null) return;
      const isBegin = from === null && at.mayBeginLate;
      if (record.offset !== next && !isBegin) {
        const { topic } = at;
        fault = failure("BACKUP_TOPIC_GAP", { topic, wanted: next, found: record.offset });
        return;
      }
      from ??= record.offset;
      next = record.offset + 1n;
      await files.add(stored(record));
    },
  });
  await reader.stop();
  if (fault !== null) throw fault;
  return { from: String(from ?? at.from), next: String(next), files: await files.end() };
}

function stored({ offset, appendTimeMs, key, value, headers }: LogRecord): StoredMessage {
  return {
    offset: String(offset),
    append_ms: appendTimeMs,
    key: key?.toString("base64") ?? null,
    value: value?.toString("base64") ?? null,
    headers: Object.fromEntries(headers),
  };
}
