import { z } from "zod";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { benchRecords, PARTITIONS } from "#test/bench/ground.ts";

const Call = z.looseObject({ startTime: z.number(), endTime: z.number(), completionStartTime: z.number() });

/** Generated LiteLLM records whose calls have just ended, as traffic has them; none that is broken. */
export function* liveRecords(): Generator<OutgoingRecord, never, undefined> {
  let written = 0;
  for (;;)
    for (const record of benchRecords(50_000)) {
      const call = readCall(record.value);
      if (call === null) continue;
      // The seconds of LiteLLM are floating point; the count makes each start its own, so that no two are one call.
      const laterS = Date.now() / 1000 - call.endTime + (written % 1000) * 1e-6;
      const now = {
        ...call,
        startTime: call.startTime + laterS,
        completionStartTime: call.completionStartTime + laterS,
        endTime: call.endTime + laterS,
        id: `${String(call["id"])}-${written}`,
      };
      yield { ...record, value: Buffer.from(JSON.stringify(now)), partition: written % PARTITIONS };
      written += 1;
    }
}

function readCall(value: Buffer): z.infer<typeof Call> | null {
  try {
    return Call.parse(JSON.parse(value.toString("utf8")));
  } catch {
    return null;
  }
}
