import { z } from "zod";
import type { Link } from "#core/backup/chain.ts";
import type { BackupTopic } from "#core/backup/manifest.ts";
import { BatchRow, batchKey } from "#jobs/backup/batch-ranges.ts";
import { readRowFile } from "#jobs/backup/files.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import type { RestoredMessage } from "#runtime/kafka/restore-topic.ts";

const Message = z.object({
  offset: z.string().transform(BigInt),
  append_ms: z.int(),
  key: z.string().nullable(),
  value: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

/** The messages of a topic in a back-up, in order. Where the oldest were gone already, empty ones hold their offsets. */
export async function* messagesOf(
  store: BackupStore,
  chain: readonly Link[],
  kind: BackupTopic,
): AsyncGenerator<RestoredMessage> {
  let next = 0n;
  for (const { manifest } of chain) {
    for (const file of manifest.files.filter((one) => one.kind === kind)) {
      for (const row of await readRowFile(store, file)) {
        const { offset, append_ms: appendTimeMs, key, value, headers } = Message.parse(row);
        for (; next < offset; next++)
          yield { offset: next, appendTimeMs, key: null, value: null, headers: {} };
        yield { offset, appendTimeMs, key: bytes(key), value: bytes(value), headers };
        next = offset + 1n;
      }
    }
  }
}

/**
 * The messages of the batches that the back-up has the rows of. The others are written anew when their records are
 * ingested again; nothing names offsets of this topic, so those behind move up.
 */
export async function* batchMessages(
  store: BackupStore,
  chain: readonly Link[],
  roots: ReadonlySet<string>,
): AsyncGenerator<RestoredMessage> {
  let offset = 0n;
  for await (const message of messagesOf(store, chain, "batch_messages"))
    if (roots.has(rootOf(message.value))) yield { ...message, offset: offset++ };
}

const Rooted = z.looseObject({ root: z.string(), epoch: z.int() });

/** Of a batch's message; empty for what is none. Corrections have no row to wait for here and count as they are. */
function rootOf(value: Buffer | null): string {
  try {
    return Rooted.parse(JSON.parse(value?.toString("utf8") ?? "")).root;
  } catch {
    return "";
  }
}

/** The batch rows of a back-up by key, corrections left out. */
export async function batchesIn(
  store: BackupStore,
  chain: readonly Link[],
): Promise<ReadonlyMap<string, BatchRow>> {
  const batches = new Map<string, BatchRow>();
  for (const { manifest } of chain) {
    for (const file of manifest.files.filter(({ kind }) => kind === "batches")) {
      for (const stored of await readRowFile(store, file)) {
        const row = BatchRow.parse(stored);
        if (row.epoch === 0) batches.set(batchKey(row), row);
      }
    }
  }
  return batches;
}

function bytes(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, "base64");
}
