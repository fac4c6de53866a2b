import type { PeriodSetting } from "#core/settings/period.ts";
import { type RunSetting, unfinishedRun } from "#core/settings/run.ts";

type Values<Setting> = ReadonlyMap<string, { readonly value: Setting }>;

/** What the rules of a period look at beside its value. */
export interface PeriodContext {
  readonly periods: Values<PeriodSetting>;
  readonly runs: Values<RunSetting>;
  /** Who changes it. */
  readonly actor: string;
}

/**
 * Why a period must not become this; null when it may. Periods follow one another without a gap, and the closed ones
 * come first: so for any moment there is one period that was the first open one, and it never becomes another.
 */
export function periodRule(context: PeriodContext, id: string, value: PeriodSetting | null): string | null {
  const before = context.periods.get(id)?.value ?? null;
  if (value === null) return removalRule(context, before);
  if (before === null) return newRule(context, value);
  const changed = (["zone", "from", "to"] as const).find((field) => before[field] !== value[field]);
  if (changed !== undefined)
    return `a period's ${changed} cannot change; remove it while it is open, and open another`;
  const step = `${before.state} to ${value.state}` as const;
  switch (step) {
    case "open to soft_closed":
      return only(before, value, ["soft_closed_at"]) ?? softRule(value);
    case "soft_closed to open":
      return only(before, value, ["soft_closed_at"]) ?? (value.soft_closed_at === null ? null : NOT_SOFT);
    case "open to closed":
    case "soft_closed to closed":
      return only(before, value, ["closed_at", "snapshot"]) ?? closingRule(context, value);
    case "closed to closed":
      return only(before, value, ["reopening"]) ?? requestRule(context, before, value);
    case "closed to open":
      return reopeningRule(context, before, value);
    case "open to open":
    case "soft_closed to soft_closed":
      return `period ${id} is ${words(before)} already`;
    case "closed to soft_closed":
      return `period ${id} is closed; to change it, reopen it`;
    default:
      return step satisfies never;
  }
}

const NOT_SOFT = "a period that is not soft-closed has no soft_closed_at";
const words = ({ state }: PeriodSetting) => state.replace("_", "-");

function removalRule({ periods }: PeriodContext, before: PeriodSetting | null): string | null {
  if (before === null) return "there is nothing to remove";
  if (before.state !== "open" || before.reopenings.length > 0)
    return `period ${before.id} stays on record; only one that was never closed can be removed`;
  const isInside =
    neighbour(periods, before, "before") !== null && neighbour(periods, before, "after") !== null;
  return isInside ? `period ${before.id} lies between two others; periods follow without a gap` : null;
}

function newRule({ periods }: PeriodContext, value: PeriodSetting): string | null {
  const { id, from, to, zone } = value;
  if (from >= to) return `period ${id} ends at ${to}, not after it begins`;
  const { state, soft_closed_at, closed_at, snapshot, reopening, reopenings } = value;
  const isPlain = soft_closed_at ?? closed_at ?? snapshot ?? reopening ?? reopenings[0] ?? null;
  if (state !== "open" || isPlain !== null) return "a period begins open";
  const others = [...periods.values()].map((other) => other.value);
  const [first] = others;
  if (first === undefined) return null;
  if (first.zone !== zone) return `the books are kept in ${first.zone}, and period ${id} would be in ${zone}`;
  const overlapping = others.find((other) => from < other.to && other.from < to);
  if (overlapping !== undefined)
    return `period ${id} would overlap ${overlapping.id} (${overlapping.from} to ${overlapping.to})`;
  const next = neighbour(periods, value, "after");
  if (next === null && neighbour(periods, value, "before") === null)
    return `period ${id} would leave a gap: the periods so far are ${spanOf(others)}`;
  if (next !== null && next.state !== "open")
    return `period ${id} would come before ${next.id}, which is ${words(next)}`;
  return null;
}

function softRule(value: PeriodSetting): string | null {
  if (value.soft_closed_at === null) return "a soft-closed period says when: soft_closed_at";
  return value.soft_closed_at < value.to ? notOver(value) : null;
}

function closingRule({ periods, runs, actor }: PeriodContext, value: PeriodSetting): string | null {
  const { id, closed_at, snapshot } = value;
  if (closed_at === null || snapshot === null) return "a closed period has closed_at and a snapshot";
  if (snapshot.closed_by !== actor) return `the snapshot is of ${snapshot.closed_by}, and ${actor} closes`;
  if (closed_at < value.to) return notOver(value);
  const previous = neighbour(periods, value, "before");
  if (previous !== null && previous.state !== "closed")
    return `period ${previous.id} comes first and is ${words(previous)}; close it before ${id}`;
  const earliest = [previous?.closed_at ?? "", ...value.reopenings.map((past) => past.closed_at)]
    .sort()
    .at(-1);
  if (earliest !== undefined && closed_at < earliest)
    return `period ${id} cannot be closed as of ${closed_at}, before the cut of ${earliest}`;
  // Its rows have the time at which it began and are still being written: they would appear below the cut.
  const run = unfinishedRun(runs);
  return run === null ? null : `run ${run.id} is not finished; finish it or give it up before closing`;
}

function requestRule(context: PeriodContext, before: PeriodSetting, value: PeriodSetting): string | null {
  if (value.reopening === null)
    return before.reopening === null ? `period ${value.id} is closed already` : null;
  if (before.reopening !== null)
    return `reopening period ${value.id} was asked for by ${before.reopening.requested_by} already`;
  if (value.reopening.requested_by !== context.actor)
    return `the request is of ${value.reopening.requested_by}, and ${context.actor} makes it`;
  return laterClosed(context, value);
}

function reopeningRule(context: PeriodContext, before: PeriodSetting, value: PeriodSetting): string | null {
  const { reopening: request, closed_at, snapshot } = before;
  const last = value.reopenings.at(-1);
  if (request === null || last === undefined)
    return `period ${value.id} is closed; ask for its reopening first, and have somebody else approve it`;
  const { approved_by, approved_at, approval } = last;
  if (approved_by !== context.actor)
    return `the approval is of ${approved_by}, and ${context.actor} makes it`;
  if (approved_by === request.requested_by)
    return `reopening period ${value.id} was asked for by ${request.requested_by}, who cannot approve it as well`;
  const entry = { ...request, approved_by, approved_at, approval, closed_at, sha256: snapshot?.sha256 };
  const cleared = { state: "open", soft_closed_at: null, closed_at: null, snapshot: null, reopening: null };
  const wanted = { ...before, ...cleared, reopenings: [...before.reopenings, entry] };
  return same(wanted, value)
    ? laterClosed(context, value)
    : "a reopened period is as it was, open and on record";
}

function laterClosed({ periods }: PeriodContext, value: PeriodSetting): string | null {
  const next = neighbour(periods, value, "after");
  return next?.state === "closed" ? `period ${next.id} is closed behind it; reopen that one first` : null;
}

function notOver({ id, to }: PeriodSetting): string {
  return `period ${id} is not over: it ends at ${to}`;
}

/** The period that ends where this one begins, or begins where it ends. */
function neighbour(
  periods: Values<PeriodSetting>,
  { from, to }: PeriodSetting,
  side: "before" | "after",
): PeriodSetting | null {
  for (const { value } of periods.values())
    if (side === "before" ? value.to === from : value.from === to) return value;
  return null;
}

function spanOf(periods: readonly PeriodSetting[]): string {
  const ordered = periods.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return `${ordered[0]?.from} to ${ordered.at(-1)?.to}`;
}

/** Everything but the state and the named fields stays. */
function only(
  before: PeriodSetting,
  value: PeriodSetting,
  free: readonly (keyof PeriodSetting)[],
): string | null {
  const fields = Object.keys(before) as (keyof PeriodSetting)[];
  const changed = fields.find(
    (field) => field !== "state" && !free.includes(field) && !same(before[field], value[field]),
  );
  return changed === undefined ? null : `a period's ${changed} cannot change by that step`;
}

/** Both were made by one schema, which orders their members. */
function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, held: unknown) =>
    held !== null && typeof held === "object" && !Array.isArray(held)
      ? Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)))
      : held,
  );
}
