import type { Position as Place } from "#core/adapter.ts";
import type { PlainRow } from "#core/replay/plain-row.ts";
import { rowsHash } from "#core/rows-hash.ts";

/** What one record's belief becomes: rows that stand now and no longer, and rows that stand from now on. */
export interface Correction {
  readonly withdrawn: readonly PlainRow[];
  readonly stated: readonly PlainRow[];
}

/** What says when and by which version a row was made, and nothing of the event. */
const MAKING: ReadonlySet<string> = new Set([
  ...["epoch", "sign", "ingested_at", "adapter_version", "settings_offset"],
]);

/**
 * What must change for a record to stand as it is read today. `today` are its rows now (none: rejected), `standing` all
 * rows that stand of its events of then and now, in plain form.
 *
 * A record speaks only for rows that were made of it. An event that stands by another record is a repeat of that one,
 * which better known usage replaces and nothing else does (as the version of a row decides at ingest).
 */
export function correct(place: Place, today: readonly PlainRow[], standing: readonly PlainRow[]): Correction {
  const withdrawn: PlainRow[] = [];
  const stated: PlainRow[] = [];
  const ids = new Set(today.map((row) => row["event_id"]));
  for (const row of today) {
    const all = standing.filter((one) => one["event_id"] === row["event_id"]);
    const mine = all.filter((one) => isOf(one, place));
    const others = all.filter((one) => !isOf(one, place));
    if (mine.length > 0) {
      if (mine.every((one) => isSameBelief(one, row))) continue;
      withdrawn.push(...mine);
      stated.push(row);
    } else if (others.every((one) => BigInt(one["version"] as bigint) < BigInt(row["version"] as bigint))) {
      withdrawn.push(...others);
      stated.push(row);
    }
  }
  // Events that the record gave once and gives no more, parts of a call among them.
  const gone = standing.filter((one) => !ids.has(one["event_id"]) && isOf(one, place));
  return { withdrawn: [...withdrawn, ...gone], stated };
}

/** Whether a row was made of the record at a place. */
export function isOf(row: PlainRow, place: Place): boolean {
  return (
    row["topic"] === place.topic &&
    Number(row["partition"]) === place.partition &&
    BigInt(row["offset"] as bigint) === place.offset &&
    Number(row["element"]) === place.element &&
    Date.parse(String(row["append_time"])) === place.appendTimeMs
  );
}

function isSameBelief(a: PlainRow, b: PlainRow): boolean {
  return rowsHash([beliefOf(a)]) === rowsHash([beliefOf(b)]);
}

function beliefOf(row: PlainRow): PlainRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !MAKING.has(name)));
}
