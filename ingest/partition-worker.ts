import { Failure, failure } from "#core/failure.ts";
import type { CoveredRange } from "#ingest/covered.ts";
import { type Cut, cutAt, leading } from "#ingest/cut.ts";
import type { Holding } from "#ingest/held-bytes.ts";
import { HeldRecords } from "#ingest/held-records.ts";
import { type Intent, NO_INTENT } from "#ingest/intent.ts";
import { type Position, positionOf } from "#ingest/made-anew.ts";
import { persist } from "#ingest/persist.ts";
import { type StorePorts, storeCut } from "#ingest/store-cut.ts";
import type { PartitionLife, WorkerLimits, WorkerPorts, WorkerStart } from "#ingest/worker-ports.ts";
import type { FetchedRecords } from "#runtime/kafka/group-consumer.ts";
import type { Log } from "#runtime/log.ts";

/** How often a partition that stands still looks whether it may go on. */
const LOOK_AGAIN_MS = 1_000;

/** One partition during one term of membership: takes fetched records, cuts batches, and has them stored one at a time. */
export class PartitionWorker {
  readonly #ports: WorkerPorts;
  readonly #limits: WorkerLimits;
  readonly #log: Log;
  readonly #covered: readonly CoveredRange[];
  readonly #held = new HeldRecords();
  readonly #holding: Holding;
  #intent: Intent | null;
  #next: bigint;
  #done: Position | null;
  #oldestAtMs = 0;
  /** The front of what is held is part of a range that can only be taken in whole. */
  #needsMore: boolean;
  #isPaused = false;
  #isEnded = false;
  /** What it stands before; null while it moves. */
  #standing: Failure | null = null;
  /** What it said that it stands before, until it is past it. */
  #told: Failure | null = null;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> | null = null;
  #movedAtMs = performance.now();
  #failing: PartitionLife["failing"] = null;

  constructor(ports: WorkerPorts, limits: WorkerLimits, start: WorkerStart, log: Log) {
    this.#ports = ports;
    this.#limits = limits;
    this.#log = log;
    this.#next = start.next;
    this.#intent = start.intent;
    this.#covered = start.covered;
    this.#done = start.done;
    this.#needsMore = start.intent !== null;
    this.#holding = ports.memory.join(() => this.#roomChanged());
    this.#holding.set(0, this.#needsMore);
  }

  /** Takes over what was fetched; pauses the partition while more than two batches are held. */
  take(fetched: FetchedRecords): void {
    if (this.#isEnded) return;
    this.#movedAtMs = performance.now();
    // Something was fetched beyond what we saw, before a seek took effect: going on from there would lose records.
    if (fetched.fromOffset > this.#next) {
      this.#ports.seek(this.#next);
      return;
    }
    // Nobody here asked for that offset: retention or a topic made anew took ours away. The offsets say nothing now.
    if (fetched.fromOffset < this.#next) {
      this.beginAnew("the broker no longer has our position; looking anew where the partition begins");
      return;
    }
    for (const record of fetched.records) {
      if (record.offset < this.#next) continue;
      if (this.#held.count === 0) this.#oldestAtMs = this.#ports.nowMs();
      this.#held.push(record);
    }
    if (fetched.nextOffset > this.#next) this.#next = fetched.nextOffset;
    this.#kick();
  }

  /** Ends after the batch under way; what is held is fetched again by whoever comes next. */
  async end(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await this.#work;
    this.#held.clear();
    this.#holding.leave();
  }

  get at(): WorkerPorts["at"] {
    return this.#ports.at;
  }

  /** The last record that was dealt with. */
  done(): Position | null {
    return this.#done;
  }

  /** Ends, and has another worker begin where the group and the broker say by then. */
  beginAnew(why: string): void {
    if (this.#isEnded) return;
    this.#log.error({ next: String(this.#next) }, why);
    this.#ports.beginAnew();
  }

  life(): PartitionLife {
    const isIdle = !this.#isEnded && this.#standing === null && this.#work === null;
    return {
      next: this.#next,
      isWaiting: isIdle && !this.#isPaused,
      isFull: isIdle && this.#isPaused,
      isWorking: this.#work !== null,
      movedAtMs: this.#movedAtMs,
      failing: this.#failing,
    };
  }

  #isFull(): boolean {
    const { batchBytesMax, batchRowsMax } = this.#limits;
    // A range that was written, or begun, may be longer than today's limits allow; it is still taken in whole.
    if (!this.#needsMore && (this.#held.bytes > batchBytesMax || this.#held.count > batchRowsMax))
      return true;
    return !this.#holding.hasRoom();
  }

  /** Pauses and resumes fetching as what is held demands. */
  #throttle(): void {
    if (this.#isEnded || this.#standing !== null) return;
    const isFull = this.#isFull();
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#ports.pause();
    else this.#ports.resume();
    this.#movedAtMs = performance.now();
  }

  #roomChanged(): void {
    if (this.#isEnded) return;
    if (this.#work === null) this.#kick();
    else this.#throttle();
  }

  #kick(): void {
    if (this.#isEnded) return;
    if (this.#work !== null) {
      this.#account(false);
      return;
    }
    clearTimeout(this.#timer);
    if (this.#standing?.code === "SOURCE_REJECTS_JUMPED") {
      this.#lookAgain();
      return;
    }
    const ageMs = this.#ports.nowMs() - this.#oldestAtMs;
    const past = { intent: this.#intent, covered: this.#covered };
    // Where memory is short, what is there is written now: waiting for more would keep it.
    const isOld = ageMs >= this.#limits.batchAgeMs || !this.#holding.hasRoom();
    const cut = cutAt(this.#held.list, this.#next, past, this.#limits, isOld);
    if (cut.kind === "wait") {
      this.#account(cut.needsMore);
      if (this.#held.count > 0)
        this.#timer = setTimeout(() => this.#kick(), isOld ? LOOK_AGAIN_MS : this.#limits.batchAgeMs - ageMs);
      return;
    }
    this.#work = this.#process(cut)
      .catch((error: unknown) => this.#halt(error))
      .finally(() => {
        this.#work = null;
        this.#failing = null;
        this.#movedAtMs = performance.now();
        this.#account(false);
        if (this.#standing === null) this.#kick();
        else if (!this.#isEnded) this.#timer = setTimeout(() => this.#kick(), LOOK_AGAIN_MS);
      });
    this.#account(false);
  }

  #account(needsMore: boolean): void {
    // Who stands still keeps nobody else from fetching.
    this.#needsMore = needsMore;
    this.#holding.set(this.#standing === null ? this.#held.bytes : 0, needsMore);
    this.#throttle();
  }

  /** A batch that was given back is fetched once more when it may have become another. */
  #lookAgain(): void {
    if (!this.#ports.mayLookAgain()) {
      this.#timer = setTimeout(() => this.#kick(), LOOK_AGAIN_MS);
      return;
    }
    this.#standing = null;
    this.#ports.seek(this.#next);
    this.#throttle();
  }

  async #process(cut: Exclude<Cut, { kind: "wait" }>): Promise<void> {
    if (cut.kind === "undecodable" || cut.kind === "gone") return this.#passOver(cut);
    const startedMs = this.#ports.nowMs();
    const endTurn = await this.#ports.turn();
    try {
      const records = this.#held.list.slice(0, cut.count);
      const persistOnce: StorePorts["persist"] = (effect) => this.#persist(effect);
      const batch = await storeCut(cut, records, { ...this.#ports, persist: persistOnce });
      this.#drop(cut.count);
      // Done. A crash before this repeats the batch, and its tokens make that a no-operation.
      await this.#commitDone();
      this.#done = positionOf(records);
      this.#goOn();
      if (cut.kind !== "covered") this.#ports.written(batch, (this.#ports.nowMs() - startedMs) / 1000);
    } finally {
      endTurn();
    }
  }

  /** Goes past what cannot be read, as far as an operator has given it up; stands still before the rest. */
  async #passOver(cut: Extract<Cut, { kind: "undecodable" | "gone" }>): Promise<void> {
    if (cut.kind === "undecodable") {
      const unreadable = this.#held.list.slice(0, cut.count);
      const count = leading(unreadable, ({ offset }) => this.#ports.isGivenUp(offset, offset));
      const [first, last] = [unreadable[count], unreadable.at(-1)];
      if (count === 0 && first !== undefined && last !== undefined)
        return this.#standBefore(failure("RECORDS_UNDECODABLE", this.#range(first.offset, last.offset)));
      this.#drop(count);
    } else if (!this.#ports.isGivenUp(cut.intent.f, cut.intent.l)) {
      return this.#standBefore(failure("RECORDS_GONE", this.#range(cut.intent.f, cut.intent.l)));
    }
    await this.#commitDone();
    this.#goOn();
  }

  /** Everything before what is held is dealt with. */
  async #commitDone(): Promise<void> {
    await this.#ports.commit(this.#held.first?.offset ?? this.#next, NO_INTENT);
    this.#intent = null;
  }

  #range(from: bigint, to: bigint) {
    return { ...this.#ports.at, from, to };
  }

  #drop(count: number): void {
    this.#held.drop(count);
    this.#oldestAtMs = this.#ports.nowMs();
  }

  #persist<Value>(effect: (attempt: number) => Promise<Value>): Promise<Value> {
    const failed = (error: Failure | null) => {
      this.#movedAtMs = performance.now();
      const sinceMs = this.#failing?.sinceMs ?? this.#movedAtMs;
      this.#failing = error === null ? null : { reason: error.message, sinceMs };
    };
    return persist(effect, { isWanted: () => !this.#isEnded, log: this.#log, failed });
  }

  #halt(error: unknown): void {
    if (this.#isEnded) return;
    if (error instanceof Failure && error.code === "SOURCE_REJECTS_JUMPED") {
      this.#standBefore(error);
      // This may take long and befall all partitions at once: what is held is fetched again then.
      this.#next = this.#held.first?.offset ?? this.#next;
      this.#held.clear();
      return;
    }
    this.#isEnded = true;
    this.#held.clear();
    this.#holding.leave();
    if (error instanceof Failure && error.code === "KAFKA_FENCED") {
      this.#log.info("the group gave the partition to another member; its batch is repeated there");
      return;
    }
    this.#ports.pause();
    this.#log.error(
      { err: error, next: String(this.#next) },
      "the partition stands still: repeating does not mend this",
    );
    this.#ports.stopped(error instanceof Error ? error.message : String(error));
  }

  #standBefore(reason: Failure): void {
    this.#standing = reason;
    if (!this.#isPaused) this.#ports.pause();
    this.#isPaused = true;
    if (this.#told?.message === reason.message) return;
    this.#told = reason;
    this.#log.error({ code: reason.code }, reason.message);
    this.#ports.stopped(reason.message);
  }

  #goOn(): void {
    this.#standing = null;
    if (this.#told === null) return;
    this.#log.warn({ code: this.#told.code }, "the partition goes on: what it stood before was dealt with");
    this.#told = null;
    this.#ports.stopped(null);
  }
}
