import type { StoredRow } from "#jobs/conflicts/stored-row.ts";

/**
 * How the same identity can be there twice. `other_key`: under another team, model, session or five minutes of one
 * month. `other_partition`: in another month. `other_content`: under one key with other figures, where the store keeps
 * one by itself, or parts that only the copy that lost had. `live_twice`: two beliefs about one record, neither taken
 * back.
 */
export const CONFLICT_KINDS = ["other_key", "other_partition", "other_content", "live_twice"] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

/** What kind of conflict a belief lost. */
export function kindOf(lost: StoredRow, stands: StoredRow): ConflictKind {
  if (lost.eventId !== stands.eventId) return "other_content";
  if (lost.record === stands.record || lost.place === stands.place) return "live_twice";
  return lost.month === stands.month ? "other_key" : "other_partition";
}
