import { z } from "zod";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { benchRecords, PARTITIONS } from "#test/bench/ground.ts";

const Call = z.looseObject({
  ...{ startTime: z.number(), endTime: z.number(), completionStartTime: z.number() },
  metadata: z.looseObject({}),
});

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

const STARTS = 1_111_111_111.111;
const STREAMS = 1_222_222_222.222;
const ENDS = 1_333_333_333.333;
const TEMPLATES = 2_000;

/**
 * The same at a fraction of the work, for a load that must leave the machine to what is measured: some records are made
 * ready once, and only their times and ids are new.
 *
 * @param team whose calls all of them are; absent: those of the generator's teams
 */
export function* cheapLiveRecords(team?: string): Generator<OutgoingRecord, never, undefined> {
  const templates: { pieces: readonly string[]; lengthS: number; rest: OutgoingRecord }[] = [];
  for (const { value, ...rest } of benchRecords(TEMPLATES * 2)) {
    const call = readCall(value);
    if (call === null || templates.length === TEMPLATES) continue;
    const metadata = { ...call.metadata, ...(team !== undefined && { user_api_key_team_id: team }) };
    const marked = {
      ...call,
      metadata,
      startTime: STARTS,
      completionStartTime: STREAMS,
      endTime: ENDS,
      id: "\u0001",
    };
    const pieces = JSON.stringify(marked).split(new RegExp(`(${STARTS}|${STREAMS}|${ENDS}|\\\\u0001)`));
    templates.push({ pieces, lengthS: call.endTime - call.startTime, rest: { ...rest, value: null } });
  }
  for (let written = 0; ; written += 1) {
    const { pieces, lengthS, rest } = templates[written % templates.length] as (typeof templates)[number];
    const endS = Date.now() / 1000 + (written % 1000) * 1e-6;
    const news: Readonly<Record<string, string>> = {
      [String(STARTS)]: String(endS - lengthS),
      [String(STREAMS)]: String(endS - lengthS / 2),
      [String(ENDS)]: String(endS),
      "\\u0001": `live-${team ?? ""}-${written}`,
    };
    const text = pieces.map((piece) => news[piece] ?? piece).join("");
    yield { ...rest, value: Buffer.from(text), partition: written % PARTITIONS };
  }
}
