import type { UsageQuality } from "#core/event-data.ts";

/** Better known usage wins over a repeat of the same event. */
export const QUALITY_RANK: Readonly<Record<UsageQuality, bigint>> = {
  final: 3n,
  estimated: 2n,
  provisional: 1n,
  missing: 0n,
};
