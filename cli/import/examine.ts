import { judgedFailed, type Verdict } from "#cli/import/verdict.ts";
import { understand } from "#collector/judge.ts";
import { type RecordMaker, toRecords } from "#collector/to-records.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** One element as it will go to Kafka, and what the ingester will make of it. */
export interface Examined {
  readonly record: OutgoingRecord;
  readonly verdict: Verdict;
}

/** Makes records as the collector does and asks the adapter about each. */
export async function examine(
  elements: readonly { readonly bytes: Buffer; readonly recordId: string }[],
  maker: Omit<RecordMaker, "randomUuid" | "headers">,
  nowMs: number,
): Promise<readonly Examined[]> {
  const ids = elements.map(({ recordId }) => recordId).values();
  const records = await toRecords(
    elements.map(({ bytes }) => bytes),
    {
      ...maker,
      headers: { "content-type": "application/json" },
      // Asked once an element, in their order.
      randomUuid: () => ids.next().value ?? "",
    },
  );
  return records.map((record) => {
    const adapted = understand(record, maker.source, maker.adapter, nowMs);
    if (!adapted.ok) return { record, verdict: judgedFailed(adapted.reason, adapted.detail) };
    if (adapted.value.length === 0) return { record, verdict: judgedFailed("bad_shape", "holds no event") };
    return { record, verdict: { isAccepted: true, events: adapted.value } };
  });
}
