import { merged, type Range } from "#core/coverage/range.ts";
import { voidText } from "#core/coverage/sequence.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** Records with their numbers, and what to say once it is known what became of them. */
export interface Numbered {
  readonly records: readonly OutgoingRecord[];
  taken(): void;
  /** Their sender was told that they were not taken: the numbers are no loss. */
  refused(): void;
}

export interface Numbering {
  number(source: string, records: readonly OutgoingRecord[]): Numbered;
}

/** What one record says of numbers that were taken back, at most; the next one says more. */
const VOIDS_MAX = 50;

/**
 * Numbers the records of each source from 1, in the name of this run of the collector, so that one that is lost before
 * Kafka leaves a hole that coverage names. Numbers of refused records are taken back by a header of the next record.
 */
export function createNumbering(producer: string): Numbering {
  const last = new Map<string, bigint>();
  const voids = new Map<string, readonly Range[]>();
  return {
    number: (source, records) => {
      const from = (last.get(source) ?? 0n) + 1n;
      const to = from + BigInt(records.length) - 1n;
      last.set(source, to);
      const told = (voids.get(source) ?? []).slice(0, VOIDS_MAX);
      return {
        records: records.map((record, index) => ({
          ...record,
          headers: {
            ...record.headers,
            "spendtrail-seq-producer": producer,
            "spendtrail-seq": String(from + BigInt(index)),
            ...(index === 0 && told.length > 0 && { "spendtrail-seq-void": voidText(told) }),
          },
        })),
        taken: () => {
          const left = (voids.get(source) ?? []).filter((range) => !told.includes(range));
          voids.set(source, left);
        },
        refused: () => void voids.set(source, merged([...(voids.get(source) ?? []), { from, to }])),
      };
    },
  };
}
