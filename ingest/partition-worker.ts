import { Failure, failure } from "#core/failure.ts";
import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { CoveredRange } from "#ingest/covered.ts";
import { type Cut, cutAt, leading } from "#ingest/cut.ts";
import type { Person } from "#ingest/element.ts";
import { encodeIntent, type Intent, NO_INTENT } from "#ingest/intent.ts";
import { persist } from "#ingest/persist.ts";
import type { FetchedRecords } from "#runtime/kafka/group-consumer.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface WorkerPorts {
  readonly at: { readonly topic: string; readonly partition: number };
  /** Counts only while the partition is ours; throws KAFKA_FENCED otherwise. */
  commit(offset: bigint, metadata: string): Promise<void>;
  pause(): void;
  resume(): void;
  seek(offset: bigint): void;
  /** With the settings of now, or of the offset that an intent names. */
  build(
    records: readonly LogRecord[],
    settingsOffset: bigint | null,
  ): Promise<{ batch: BuiltBatch; people: readonly Person[] }>;
  write(batch: BuiltBatch, people: readonly Person[], ingestedAt: string): Promise<void>;
  isStoredAlready(batch: BuiltBatch): Promise<boolean>;
  /** Whether an operator gave up all offsets of a range of this partition. */
  isGivenUp(from: bigint, to: bigint): boolean;
  /** A turn at the work that costs memory; resolves to a function that ends it. */
  turn(): Promise<() => void>;
  nowMs(): number;
  written(batch: BuiltBatch, seconds: number): void;
  /** The partition stands still until an operator acts; null when it goes on. */
  stopped(reason: string | null): void;
}

export interface WorkerLimits {
  readonly batchRowsMax: number;
  readonly batchBytesMax: number;
  readonly batchAgeMs: number;
}

/** How often a partition that stands still looks whether an operator gave up what it stands before. */
const LOOK_AGAIN_MS = 1_000;

/**
 * One partition during one term of membership: takes fetched records, cuts batches, and writes them one at a time.
 * The guarantee is in `process`; everything else only decides when.
 */
export class PartitionWorker {
  readonly #ports: WorkerPorts;
  readonly #limits: WorkerLimits;
  readonly #log: Log;
  readonly #covered: readonly CoveredRange[];
  #intent: Intent | null;
  #next: bigint;
  #held: LogRecord[] = [];
  #heldBytes = 0;
  #oldestAtMs = 0;
  #isPaused = false;
  #isEnded = false;
  /** What it stands before until an operator gives it up; null when it goes on. */
  #standing: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> | null = null;

  constructor(
    ports: WorkerPorts,
    limits: WorkerLimits,
    start: { next: bigint; intent: Intent | null; covered: readonly CoveredRange[] },
    log: Log,
  ) {
    this.#ports = ports;
    this.#limits = limits;
    this.#log = log;
    this.#next = start.next;
    this.#intent = start.intent;
    this.#covered = start.covered;
  }

  /** Takes over what was fetched; pauses the partition while more than two batches are held. */
  take(fetched: FetchedRecords): void {
    if (this.#isEnded) return;
    // Something was fetched beyond what we saw, before a seek took effect: going on from there would lose records.
    if (fetched.fromOffset > this.#next) {
      this.#ports.seek(this.#next);
      return;
    }
    for (const record of fetched.records) {
      if (record.offset < this.#next) continue;
      if (this.#held.length === 0) this.#oldestAtMs = this.#ports.nowMs();
      this.#held.push(record);
      this.#heldBytes += record.value?.length ?? 0;
    }
    if (fetched.nextOffset > this.#next) this.#next = fetched.nextOffset;
    if (!this.#isPaused && this.#isFull()) {
      this.#isPaused = true;
      this.#ports.pause();
    }
    this.#kick();
  }

  /** Ends after the batch under way; what is held is fetched again by whoever comes next. */
  async end(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await this.#work;
  }

  #isFull(): boolean {
    const { batchBytesMax, batchRowsMax } = this.#limits;
    // An intent may name more than today's limits allow; it must still be taken in whole.
    return this.#intent === null && (this.#heldBytes > batchBytesMax || this.#held.length > batchRowsMax);
  }

  #kick(): void {
    if (this.#isEnded || this.#work !== null) return;
    clearTimeout(this.#timer);
    const ageMs = this.#ports.nowMs() - this.#oldestAtMs;
    const past = { intent: this.#intent, covered: this.#covered };
    const cut = cutAt(this.#held, this.#next, past, this.#limits, ageMs >= this.#limits.batchAgeMs);
    if (cut.kind === "wait") {
      if (this.#held.length > 0)
        this.#timer = setTimeout(() => this.#kick(), Math.max(10, this.#limits.batchAgeMs - ageMs));
      return;
    }
    this.#work = this.#process(cut)
      .catch((error: unknown) => this.#halt(error))
      .finally(() => {
        this.#work = null;
        if (this.#isPaused && !this.#isFull() && !this.#isEnded && this.#standing === null) {
          this.#isPaused = false;
          this.#ports.resume();
        }
        if (this.#standing === null) this.#kick();
        else if (!this.#isEnded) this.#timer = setTimeout(() => this.#kick(), LOOK_AGAIN_MS);
      });
  }

  async #process(cut: Exclude<Cut, { kind: "wait" }>): Promise<void> {
    if (cut.kind === "undecodable" || cut.kind === "gone") return this.#passOver(cut);
    const startedMs = this.#ports.nowMs();
    const endTurn = await this.#ports.turn();
    try {
      const records = this.#held.slice(0, cut.count);
      const intent = cut.kind === "repeat" ? cut.intent : null;
      const { batch, people } = await this.#ports.build(records, intent?.s ?? null);
      if (cut.kind === "covered") {
        const same = await this.#persist(() => this.#ports.isStoredAlready(batch));
        if (!same) throw failure("RECORDS_DIFFER", this.#range(batch.first.offset, batch.last.offset));
      } else {
        if (intent !== null && intent.r !== batch.root) {
          const why = whatDiffers(intent, batch);
          throw failure("BATCH_DIFFERS", { ...this.#range(intent.f, intent.l), why });
        }
        const ingestedAtMs = intent?.t ?? this.#ports.nowMs();
        // 1. The intent, before the first row. A crash after this repeats exactly this batch: the same records, the
        //    settings of the same offset, the same time, and so the same insert tokens.
        if (intent === null)
          await this.#ports.commit(batch.first.offset, encodeIntent(intentOf(batch, ingestedAtMs)));
        // 2. The rows, in an order of their own (write-batch.ts). Tried again until they are there or we are fenced.
        await this.#persist(() => this.#ports.write(batch, people, new Date(ingestedAtMs).toISOString()));
      }
      this.#drop(cut.count);
      // 3. Done. A crash before this repeats the batch, and its tokens make that a no-operation.
      await this.#commitDone();
      if (cut.kind !== "covered") this.#ports.written(batch, (this.#ports.nowMs() - startedMs) / 1000);
    } finally {
      endTurn();
    }
  }

  /** Goes past what cannot be read, as far as an operator has given it up; stands still before the rest. */
  async #passOver(cut: Extract<Cut, { kind: "undecodable" | "gone" }>): Promise<void> {
    if (cut.kind === "undecodable") {
      const unreadable = this.#held.slice(0, cut.count);
      const count = leading(unreadable, ({ offset }) => this.#ports.isGivenUp(offset, offset));
      const [first, last] = [unreadable[count], unreadable.at(-1)];
      if (count === 0 && first !== undefined && last !== undefined)
        return this.#standBefore(failure("RECORDS_UNDECODABLE", this.#range(first.offset, last.offset)));
      this.#drop(count);
    } else if (!this.#ports.isGivenUp(cut.intent.f, cut.intent.l)) {
      return this.#standBefore(failure("RECORDS_GONE", this.#range(cut.intent.f, cut.intent.l)));
    }
    await this.#commitDone();
    if (this.#standing !== null) this.#log.warn("an operator gave up what the partition stood before");
    this.#standing = null;
    this.#ports.stopped(null);
  }

  /** Everything before what is held is dealt with. */
  async #commitDone(): Promise<void> {
    await this.#ports.commit(this.#held[0]?.offset ?? this.#next, NO_INTENT);
    this.#intent = null;
  }

  #range(from: bigint, to: bigint) {
    return { ...this.#ports.at, from, to };
  }

  #drop(count: number): void {
    for (const record of this.#held.splice(0, count)) this.#heldBytes -= record.value?.length ?? 0;
    this.#oldestAtMs = this.#ports.nowMs();
  }

  #persist<Value>(effect: () => Promise<Value>): Promise<Value> {
    return persist(effect, { isWanted: () => !this.#isEnded, log: this.#log });
  }

  #halt(error: unknown): void {
    if (this.#isEnded) return;
    if (error instanceof Failure && error.code === "KAFKA_FENCED") {
      this.#isEnded = true;
      this.#log.info("the group gave the partition to another member; its batch is repeated there");
      return;
    }
    this.#isEnded = true;
    this.#ports.pause();
    const offset = String(this.#held[0]?.offset ?? this.#next);
    this.#log.error({ err: error, offset }, "the partition stands still: repeating does not mend this");
    this.#ports.stopped(error instanceof Error ? error.message : String(error));
  }

  #standBefore(reason: Failure): void {
    if (this.#standing === reason.message) return;
    this.#standing = reason.message;
    this.#isPaused = true;
    this.#ports.pause();
    this.#log.error({ code: reason.code }, reason.message);
    this.#ports.stopped(reason.message);
  }
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

function whatDiffers(intent: Intent, batch: BuiltBatch): string {
  const before = JSON.stringify(intent.a);
  const now = JSON.stringify(batch.adapterVersions);
  return before === now ? "the adapters are the same" : `adapters ${now}, begun by ${before}`;
}
