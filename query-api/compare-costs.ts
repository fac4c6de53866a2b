import { z } from "zod";
import type { Money } from "#core/money.ts";
import { Amount } from "#query-api/answer-types.ts";
import { type CostRow, Figures, figures } from "#query-api/cost-row.ts";
import type { CostDimension } from "#query-api/dimensions.ts";
import { percentOf } from "#query-api/percent-of.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";

/** A row beside the same group before, and what has changed. */
export const Compared = {
  previous: Figures.optional().describe("The same group in the previous range; only with `compare`."),
  change: z
    .object({
      cost: Amount,
      percent: z.string().nullable().describe("Of the cost before, to two places; null where that was 0."),
    })
    .optional()
    .describe("The cost now less the cost before."),
} as const;
export type ComparedRow = CostRow & {
  readonly previous?: Figures | undefined;
  readonly change?: { readonly cost: Amount; readonly percent: string | null } | undefined;
};

export function withPrevious<Row extends Figures>(now: Row, before: Figures): Row & ComparedRow {
  const difference = (costOf(now) - costOf(before)) as Money;
  return {
    ...now,
    previous: before,
    change: { cost: usd(difference), percent: percentOf(difference, costOf(before)) },
  };
}

/** Every group of either range, also those that are gone; with `movers` those first whose cost moved most. */
export function compareRows(
  now: readonly CostRow[],
  before: readonly CostRow[],
  groupBy: readonly CostDimension[],
  movers: boolean,
): readonly ComparedRow[] {
  const keyOf = (row: CostRow) => JSON.stringify(groupBy.map((name) => row[name] ?? null));
  const earlier = new Map(before.map((row) => [keyOf(row), row]));
  const known = new Set(now.map(keyOf));
  const gone = before
    .filter((row) => !known.has(keyOf(row)))
    .map(
      (row): CostRow => ({
        ...Object.fromEntries(groupBy.map((name) => [name, row[name] ?? null])),
        ...figures([]),
      }),
    );
  const rows = [...now, ...gone].map((row) => {
    const match = earlier.get(keyOf(row));
    return withPrevious(row, match === undefined ? figures([]) : Figures.parse(match));
  });
  if (!movers) return rows;
  return rows.toSorted((one, other) => {
    const further = moved(other) - moved(one);
    return further === 0n ? (keyOf(one) < keyOf(other) ? -1 : 1) : further < 0n ? -1 : 1;
  });
}

/** How far a group's cost moved, up or down. */
function moved(row: ComparedRow): bigint {
  const difference = storedMoney(row.change?.cost.amount ?? "0");
  return difference < 0n ? -difference : difference;
}

function costOf({ cost }: Figures): Money {
  return storedMoney(cost.amount);
}
