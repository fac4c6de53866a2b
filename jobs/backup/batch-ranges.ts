import { z } from "zod";

/** A row of `batches_v1`, as much of it as tells which rows are the batch's; the rest goes along. */
export const BatchRow = z.looseObject({
  topic: z.string(),
  partition: z.int(),
  first_offset: z.string(),
  last_offset: z.string(),
  first_append_time: z.string(),
  last_append_time: z.string(),
  elements: z.int(),
  events: z.int(),
  root: z.string(),
  months: z.array(z.int()),
  epoch: z.int(),
  ingested_at: z.string(),
});
export type BatchRow = z.output<typeof BatchRow>;

/** What a row says of where it came from. */
export interface RowPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly append_time: string;
  readonly ingested_at: string;
}

/** The identity of a batch: a recreated topic has other append times. */
export function batchKey(batch: BatchRow): string {
  const { topic, partition, first_offset, last_offset, first_append_time } = batch;
  return `${topic}/${partition}/${first_offset}-${last_offset}/${first_append_time}`;
}

/** Finds the batch that wrote a row, by position and by the time of writing. */
export function batchFinder(batches: readonly BatchRow[]): (row: RowPosition) => BatchRow | undefined {
  const lists = new Map<string, { batch: BatchRow; first: bigint; last: bigint }[]>();
  for (const batch of batches) {
    // The time of writing is the batch's own, so few share a key.
    const key = `${batch.topic}/${batch.partition}/${batch.ingested_at}`;
    const list = lists.get(key) ?? [];
    list.push({ batch, first: BigInt(batch.first_offset), last: BigInt(batch.last_offset) });
    lists.set(key, list);
  }
  return (row) => {
    const offset = BigInt(row.offset);
    const list = lists.get(`${row.topic}/${row.partition}/${row.ingested_at}`);
    return list?.find(
      ({ batch, first, last }) =>
        first <= offset &&
        offset <= last &&
        batch.first_append_time <= row.append_time &&
        row.append_time <= batch.last_append_time,
    )?.batch;
  };
}
