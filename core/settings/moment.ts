import { no, ok, type Result } from "#core/result.ts";

/** Which settings somebody means: those of an offset of the log, or those that were known at a moment. */
export type SettingsMoment =
  | { readonly by: "offset"; readonly offset: bigint }
  | { readonly by: "time"; readonly timeMs: number };

const OFFSET = /^(0|[1-9]\d{0,18})$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads `1042` as an offset and `2026-11-03T00:00:00Z` as a moment. */
export function readSettingsMoment(text: string): Result<SettingsMoment, "no_moment"> {
  if (OFFSET.test(text)) return ok({ by: "offset", offset: BigInt(text) });
  const timeMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs)
    ? no("no_moment", "is neither an offset of the settings (1042) nor an instant (2026-11-03T00:00:00Z)")
    : ok({ by: "time", timeMs });
}

/** The settings of then. Null where the offset lies ahead of what is known here. */
export function settingsAsOf<State extends { readonly offset: bigint }>(
  log: { state(): State; at(offset: bigint): State; offsetAt(timeMs: number): bigint },
  moment: SettingsMoment,
): State | null {
  const offset = moment.by === "offset" ? moment.offset : log.offsetAt(moment.timeMs);
  return offset > log.state().offset ? null : log.at(offset);
}
