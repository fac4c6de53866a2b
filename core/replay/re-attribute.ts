import type { PlainRow } from "#core/replay/plain-row.ts";

/**
 * The columns that say who pays. A re-attribution takes these, and only these, from the record as it is read today; a
 * column that settings decide in the same way is another name in this list.
 */
export const ATTRIBUTION_COLUMNS = ["team", "cost_center", "allocation_id"] as const;

/** A row as it stands when it is attributed anew; `read` is the same event as its record gives it today. */
export function reAttributed(row: PlainRow, read: PlainRow, settingsOffset: bigint): PlainRow {
  const columns = ATTRIBUTION_COLUMNS.map((name) => [name, read[name] ?? ""] as const);
  return { ...row, ...Object.fromEntries(columns), settings_offset: settingsOffset };
}
