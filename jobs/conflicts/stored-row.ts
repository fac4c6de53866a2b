import { z } from "zod";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** 64 bits come as text, and stay so: the columns are inserted again as they came. */
const Whole = z.union([z.string(), z.int()]);

const Columns = z.looseObject({
  bucket: z.string(),
  gateway_team: z.string(),
  model: z.string(),
  session_id: z.string(),
  event_id: z.string(),
  epoch: z.int(),
  sign: z.int(),
  version: Whole,
  kind: z.enum(["request", "response", "part", "audit"]),
  part_of: z.string(),
  append_time: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: Whole,
  element: z.int(),
  team: z.string(),
  cost_usd: z.string().nullable(),
});

/** One row of `events_v1` as it stands, whole, with what is asked of it again and again. */
export interface StoredRow {
  /** Every column, as it can be inserted again. */
  readonly columns: Row;
  readonly eventId: string;
  /** The event of the call: of a part, the call that it is a part of. */
  readonly callId: string;
  readonly kind: "request" | "response" | "part" | "audit";
  /** The key but for event, epoch and sign; two places are never replaced by one another. */
  readonly place: string;
  /** `2026-11`: the table partition. */
  readonly month: string;
  readonly epoch: number;
  readonly sign: number;
  readonly version: bigint;
  /** Where the record lies that it was made of; `record` tells a recreated topic's positions apart too. */
  readonly position: string;
  readonly record: string;
}

/** The schema of a whole row. */
export const StoredRow = Columns.transform((columns): StoredRow => {
  const { bucket, gateway_team, model, session_id, topic, partition, offset, element } = columns;
  const position = positionText({ topic, partition, offset: BigInt(offset), element });
  return {
    columns: columns as unknown as Row,
    eventId: columns.event_id,
    callId: columns.kind === "part" ? columns.part_of : columns.event_id,
    kind: columns.kind,
    place: JSON.stringify([bucket, gateway_team, model, session_id]),
    month: bucket.slice(0, 7),
    epoch: columns.epoch,
    sign: columns.sign,
    version: BigInt(columns.version),
    position,
    record: `${position} ${columns.append_time}`,
  };
});

export function positionText(at: {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly element: number;
}): string {
  return `${at.topic}/${at.partition}/${at.offset}/${at.element}`;
}
