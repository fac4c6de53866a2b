import { failure } from "#core/failure.ts";
import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { Cut } from "#ingest/cut.ts";
import type { Person } from "#ingest/element.ts";
import { encodeIntent, type Intent } from "#ingest/intent.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";

export interface StorePorts {
  /** Counts only while the partition is ours; throws KAFKA_FENCED otherwise. */
  commit(offset: bigint, metadata: string): Promise<void>;
  /** With the settings of now, or of the offset that an intent names. */
  build(
    records: readonly LogRecord[],
    settingsOffset: bigint | null,
  ): Promise<{ batch: BuiltBatch; people: readonly Person[] }>;
  /** @throws failure SOURCE_REJECTS_JUMPED where a batch must not be begun */
  mayBegin(batch: BuiltBatch): Promise<void>;
  /** `mayBeThere`: an earlier try at this very batch may have written some of it. */
  write(
    batch: BuiltBatch,
    people: readonly Person[],
    ingestedAt: string,
    options: { readonly mayBeThere: boolean },
  ): Promise<void>;
  isStoredAlready(batch: BuiltBatch): Promise<boolean>;
  /** Tries an effect that can be repeated until it is done or no longer wanted; attempts count from 0. */
  persist<Value>(effect: (attempt: number) => Promise<Value>): Promise<Value>;
  nowMs(): number;
}

/**
 * Brings the rows of a cut into the store and resolves when they are there; the offset behind them is the caller's to
 * commit. This is the guarantee of the ingester: everything else only decides when.
 * @throws failures KAFKA_FENCED, RECORDS_DIFFER, BATCH_DIFFERS, SOURCE_REJECTS_JUMPED
 */
export async function storeCut(
  cut: Extract<Cut, { kind: "batch" | "repeat" | "covered" }>,
  records: readonly LogRecord[],
  ports: StorePorts,
): Promise<BuiltBatch> {
  const intent = cut.kind === "repeat" ? cut.intent : null;
  const { batch, people } = await ports.build(records, intent?.s ?? null);
  if (cut.kind === "covered") {
    const isSame = await ports.persist(() => ports.isStoredAlready(batch));
    if (!isSame) throw failure("RECORDS_DIFFER", rangeOf(batch));
    return batch;
  }
  if (intent !== null && intent.r !== batch.root)
    throw failure("BATCH_DIFFERS", { ...rangeOf(batch), why: whatDiffers(intent, batch) });
  const ingestedAtMs = intent?.t ?? ports.nowMs();
  if (intent === null) {
    await ports.persist(() => ports.mayBegin(batch));
    // 1. The intent, before the first row. A crash after this repeats exactly this batch: the same records, the
    //    settings of the same offset, the same time, and so the same insert tokens.
    await ports.commit(batch.first.offset, encodeIntent(intentOf(batch, ingestedAtMs)));
  }
  // 2. The rows, in an order of their own (write-batch.ts). Tried again until they are there or we are fenced.
  const ingestedAt = new Date(ingestedAtMs).toISOString();
  await ports.persist((attempt) =>
    ports.write(batch, people, ingestedAt, { mayBeThere: intent !== null || attempt > 0 }),
  );
  return batch;
}

function intentOf(batch: BuiltBatch, ingestedAtMs: number): Intent {
  return {
    v: 1,
    f: batch.first.offset,
    l: batch.last.offset,
    n: batch.elements.length,
    r: batch.root,
    s: batch.settingsOffset,
    a: { ...batch.adapterVersions },
    t: ingestedAtMs,
  };
}

function rangeOf({ topic, partition, first, last }: BuiltBatch) {
  return { topic, partition, from: first.offset, to: last.offset };
}

function whatDiffers(intent: Intent, batch: BuiltBatch): string {
  const before = JSON.stringify(intent.a);
  const now = JSON.stringify(batch.adapterVersions);
  return before === now ? "the adapters are the same" : `adapters ${now}, begun by ${before}`;
}
