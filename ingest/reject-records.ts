import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** The rejects of a batch as records of the rejects topic: scrubbed bytes as the value, why and where in headers. */
export function rejectRecords(batch: BuiltBatch): OutgoingRecord[] {
  return batch.elements.flatMap(({ outcome, position, stored, source }) => {
    if (outcome.kind === "accepted") return [];
    const { topic, partition, offset, element, appendTimeMs } = position;
    return [
      {
        // A repeat after a crash has the same key, so a reader knows it for one.
        key: `${topic}/${partition}/${offset}/${element}`,
        value: Buffer.from(stored),
        headers: {
          "spendtrail-reason": outcome.reason,
          "spendtrail-detail": outcome.detail.slice(0, 1000),
          "spendtrail-source": source?.name ?? "",
          "spendtrail-topic": topic,
          "spendtrail-partition": String(partition),
          "spendtrail-offset": String(offset),
          "spendtrail-element": String(element),
          "spendtrail-append-time": String(appendTimeMs),
        },
      },
    ];
  });
}
