import type { Money } from "#core/money.ts";
import { postingOf } from "#core/periods/posting.ts";
import { UNALLOCATED } from "#core/settings/allocation.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";
import type { ChargePart } from "#core/split-charge.ts";
import { proportions, workOut } from "#query-api/charges.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import { payerCosts } from "#query-api/exports/journal/payer-costs.ts";
import type { Books } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";

/** What one payer has of a charge, and where that is booked. */
export interface BookedPart {
  readonly charge: ChargeSetting;
  readonly part: ChargePart;
  /** The moment that it counts at. */
  readonly bookedAtMs: number;
  /** The accounting period that it corrects, because it came once that was closed. */
  readonly corrects: { readonly id: string; readonly fromMs: number } | null;
  /** When the charge that it corrects began; null: it corrects none. */
  readonly correctedFrom: string | null;
}

/** Whether a file has charges. */
export const CHARGES = ["with", "without"] as const;
export type WithCharges = (typeof CHARGES)[number];

/** What charges a file is made from: the settings of its `as_of`. */
export interface ChargesAsOf {
  readonly settings: Pick<SettingsState, "charges" | "splitRules" | "allocations">;
  /** When the change of an offset came in. */
  readonly writtenAtMs: (offset: bigint) => number;
}

/** A charge says who pays and nothing else that calls are filtered by. */
const PAYER_FILTERS: ReadonlySet<string> = new Set(["team", "cost_center"]);

/**
 * What is asked for, where it can be had. A split tells of other teams, so a key that sees some has none; and a charge
 * is of no model, no user and no session, so a file of one of those has none either.
 */
export function chargesFor(
  wish: WithCharges,
  { filters }: Pick<ExportQuestion, "filters">,
  { scope }: Reader,
): WithCharges {
  const isOfPayers = Object.keys(filters).every((name) => PAYER_FILTERS.has(name));
  return scope.kind === "all" && isOfPayers ? wish : "without";
}

/**
 * The parts of charges that are booked in a range, in the order of the charges' periods and ids. A charge counts whole
 * when its period begins; one that came in once that accounting period was closed, in the first one that was open. What
 * is split in proportion goes by the calls as they were written by `as_of`, and in a closed period by its cut: so the
 * same file has the same parts, whatever comes in.
 */
export async function bookedCharges(
  reader: Reader,
  question: ExportQuestion,
  { settings, writtenAtMs }: ChargesAsOf,
  books: Books | null,
): Promise<readonly BookedPart[]> {
  const posted = [...settings.charges.values()]
    .map((charge) => ({ charge, ...bookingOf(charge, writtenAtMs(charge.offset), books) }))
    .filter(
      ({ bookedAtMs }) => Date.parse(question.from) <= bookedAtMs && bookedAtMs < Date.parse(question.to),
    )
    .sort((a, b) => (orderOf(a.charge.value) < orderOf(b.charge.value) ? -1 : 1));
  const asOfOf = new Map(posted.map(({ charge, cutMs }) => [charge.value.id, asOfBy(question.asOf, cutMs)]));
  const read = proportions(
    async (by, { id, from, to }) => {
      const asOf = asOfOf.get(id) ?? question.asOf;
      const costs = await payerCosts(reader, { from, to, tz: "UTC", asOf, filters: {} }, by);
      const named = costs.filter(({ payer }) => payer !== null && payer !== UNALLOCATED);
      return new Map(named.map(({ payer, cost }) => [payer ?? "", cost]));
    },
    ({ id, from, to }) => `${from} ${to} ${asOfOf.get(id)}`,
  );
  const worked = await workOut(
    settings,
    posted.map(({ charge }) => charge),
    read,
  );
  return worked.flatMap(({ charge: { value: charge }, parts }, at) => {
    const { bookedAtMs = 0, corrects = null } = posted[at] ?? {};
    const correctedFrom = settings.charges.get(charge.corrects ?? "")?.value.from ?? null;
    return parts
      .filter((part) => part.amount !== 0n && isAskedFor(part, question.filters))
      .map((part) => ({ charge, part, bookedAtMs, corrects, correctedFrom }));
  });
}

/** How many charges some parts are of, and what they come to. */
export function sumOfParts(parts: readonly BookedPart[]): { readonly count: number; readonly cost: Money } {
  return {
    count: new Set(parts.map(({ charge }) => charge.id)).size,
    cost: parts.reduce((sum, { part }) => sum + part.amount, 0n) as Money,
  };
}

const orderOf = ({ from, id }: ChargeSetting) => `${from} ${id}`;

function bookingOf({ value: { from } }: Versioned<ChargeSetting>, writtenMs: number, books: Books | null) {
  const eventTimeMs = Date.parse(from);
  if (books === null) return { bookedAtMs: eventTimeMs, corrects: null, cutMs: null };
  const { booked, bookedAtMs, corrects } = postingOf(books.periods, { eventTimeMs, ingestedAtMs: writtenMs });
  return { bookedAtMs, corrects, cutMs: booked?.closedAtMs ?? null };
}

function asOfBy(asOf: string, cutMs: number | null): string {
  return cutMs === null || cutMs >= Date.parse(asOf) ? asOf : new Date(cutMs).toISOString();
}

function isAskedFor({ team, cost_center }: ChargePart, filters: ExportQuestion["filters"]): boolean {
  return (
    (filters.team?.includes(team ?? "") ?? true) &&
    (filters.cost_center?.includes(cost_center ?? UNALLOCATED) ?? true)
  );
}
