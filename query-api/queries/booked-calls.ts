import { type Book, booksOf, runKinds } from "#core/periods/posting.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { Views } from "#query-api/views.ts";

/** What decides in which period a row is booked, and why. */
export interface Books {
  readonly periods: readonly Book[];
  /** The kinds of runs by epoch, from epoch 1 on. */
  readonly runKinds: readonly string[];
}

export function booksIn(state: Pick<SettingsState, "periods" | "runs">): Books {
  return { periods: booksOf(state.periods.values()), runKinds: runKinds(state.runs.values()) };
}

/** Behind every time that the store can hold: the cut of a period that is not closed. */
const NEVER_MS = 9_999_999_999_999;

const FROM = "{book_from:Array(Int64)}";
const TO = "{book_to:Array(Int64)}";
const CUT = "{book_cut:Array(Int64)}";
const ID = "{book_id:Array(String)}";
const KINDS = "{run_kinds:Array(String)}";
const EVENT_MS = "toUnixTimestamp64Milli(event_time)";
const WRITTEN_MS = "toUnixTimestamp64Milli(ingested_at)";

/**
 * `postingOf` of `core/periods/posting.ts` as columns beside those of a call; a test compares the two. Books are numbered
 * from 1, and 0 is none.
 */
export const POSTING_COLUMNS: readonly string[] = [
  `  arrayFirstIndex((f, t) -> f <= ${EVENT_MS} AND ${EVENT_MS} < t, ${FROM}, ${TO}) AS usage_book,`,
  `  if(usage_book = 0, 0, arrayFirstIndex((c, k) -> k >= usage_book AND ${WRITTEN_MS} <= c, ${CUT}, arrayEnumerate(${CUT}))) AS booked_book,`,
  `  multiIf(usage_book = booked_book, event_time, booked_book = 0, ingested_at, least(ingested_at, fromUnixTimestamp64Milli(${TO}[booked_book] - 1, 'UTC'))) AS booked_at,`,
  `  if(usage_book = booked_book, '', ${ID}[usage_book]) AS corrects_period,`,
  `  multiIf(usage_book = booked_book, '', epoch >= 2147483648, 'settlement', epoch = 0, 'late', ${KINDS}[epoch] = '', 'other', ${KINDS}[epoch]) AS correction_reason`,
];

/**
 * The calls that are booked in [from, to), each at the time that it counts at: `event_time` is `booked_at`, `usage_time` when it began. Each row
 * is read once and tells by itself where it is booked, so an answer holds it once whatever is written meanwhile. The
 * second piece is what was booked here of earlier periods; `ingested_at` keeps it from reading them in whole.
 */
export function bookedCalls(views: Views): readonly string[] {
  return [
    "(",
    ...bookedOf(views.calls, []),
    "UNION ALL",
    ...bookedOf(views.callsEarlier, [
      "WHERE ingested_at > fromUnixTimestamp64Milli({first_cut:Int64}, 'UTC')",
    ]),
    ")",
  ];
}

/** The calls from `{reach}` on with where they are booked; `event_time` stays that of the call. */
export function postedCalls(calls: string): readonly string[] {
  return ["(SELECT *,", ...POSTING_COLUMNS, "FROM", calls, ")"];
}

function bookedOf(calls: string, where: readonly string[]): readonly string[] {
  return [
    "SELECT * REPLACE (booked_at AS event_time) FROM (SELECT *, event_time AS usage_time,",
    ...POSTING_COLUMNS,
    "FROM",
    calls,
    ...where,
    ")",
    "WHERE booked_at >= {from:DateTime64(3, 'UTC')} AND booked_at < {to:DateTime64(3, 'UTC')}",
  ];
}

/** The values of the texts above. `from` is where the range begins, as an instant. */
export function bookedParams({ periods, runKinds: kinds }: Books, from: string): Record<string, unknown> {
  const fromMs = Date.parse(from);
  const [first] = periods;
  const reachMs = first === undefined || first.closedAtMs === null ? fromMs : Math.min(first.fromMs, fromMs);
  return {
    ...postingParams({ periods, runKinds: kinds }),
    first_cut: first?.closedAtMs ?? NEVER_MS,
    reach: new Date(reachMs).toISOString().replace("Z", ""),
  };
}

export function postingParams({ periods, runKinds: kinds }: Books): Record<string, unknown> {
  return {
    book_id: periods.map(({ id }) => id),
    book_from: periods.map(({ fromMs }) => fromMs),
    book_to: periods.map(({ toMs }) => toMs),
    book_cut: periods.map(({ closedAtMs }) => closedAtMs ?? NEVER_MS),
    run_kinds: Array.from(kinds, (kind) => kind ?? ""),
  };
}
