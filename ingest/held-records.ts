import type { LogRecord } from "#runtime/kafka/types.ts";

/** Bytes that a record takes in memory beside its value: its object, its headers' names and the like. */
const RECORD_OVERHEAD_BYTES = 512;

/** The records of a partition that are fetched and not written yet, in offset order. */
export class HeldRecords {
  #records: LogRecord[] = [];
  #bytes = 0;

  get list(): readonly LogRecord[] {
    return this.#records;
  }

  get count(): number {
    return this.#records.length;
  }

  /** About what they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get first(): LogRecord | undefined {
    return this.#records[0];
  }

  push(record: LogRecord): void {
    this.#records.push(record);
    this.#bytes += sizeOf(record);
  }

  drop(count: number): void {
    for (const record of this.#records.splice(0, count)) this.#bytes -= sizeOf(record);
  }

  clear(): void {
    this.#records = [];
    this.#bytes = 0;
  }
}

function sizeOf({ value }: LogRecord): number {
  return (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
}
