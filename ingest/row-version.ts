import type { Position } from "#core/adapter.ts";
import type { UsageQuality } from "#core/event-data.ts";
import { QUALITY_RANK } from "#core/usage-quality.ts";

/** 2 bits of rank, 42 of append time in ms (until the year 2109), 13 of offset and 7 of element: a UInt64. */
const TIME_MAX = 2 ** 42 - 1;
const OFFSET_SPAN = 2n ** 13n;
const ELEMENT_MAX = 2 ** 7 - 1;

/**
 * The version of an event's row: of two rows under one key the store keeps the one with the larger. Better usage
 * quality wins, then the earliest append. Records of one request to Kafka have the same append time, so the place in
 * the partition decides between them, by as many of its digits as fit; without it the store would keep the last.
 */
export function rowVersion(quality: UsageQuality, { appendTimeMs, offset, element }: Position): bigint {
  const time = BigInt(TIME_MAX - Math.min(appendTimeMs, TIME_MAX));
  const place = (offset % OFFSET_SPAN) * BigInt(ELEMENT_MAX + 1) + BigInt(Math.min(element, ELEMENT_MAX));
  const span = OFFSET_SPAN * BigInt(ELEMENT_MAX + 1);
  return (QUALITY_RANK[quality] * BigInt(TIME_MAX + 1) + time) * span + (span - 1n - place);
}
