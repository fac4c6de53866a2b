import { formatMoney } from "#core/money.ts";
import type { Cells, ExportColumn } from "#query-api/exports/export-column.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** Sums of some rows, by the names of the summed columns, as plain decimals. A column that no row stated is absent. */
export type Sums = Readonly<Record<string, string>>;

export interface TallyGroup {
  readonly key: Cells;
  readonly rows: number;
  readonly sums: Sums;
}

export interface Tally {
  add(rows: readonly Cells[]): void;
  readonly rows: number;
  sums(): Sums;
  /** The same by the columns of `groupBy`, in the order of their first rows. */
  groups(): TallyGroup[];
}

interface Counted {
  readonly key: Cells;
  rows: number;
  readonly sums: (bigint | null)[];
}

/** Adds up what is written, exactly, from the very texts that are written. */
export function createTally(columns: readonly ExportColumn[], groupBy: readonly string[]): Tally {
  const summed = columns.flatMap((column, at) => (column.isSummed ? [{ ...column, at }] : []));
  const keyAt = groupBy.map((name) => columns.findIndex((column) => column.name === name));
  const groups = new Map<string, Counted>();
  const groupOf = (cells: Cells): Counted => {
    const key = keyAt.map((at) => cells[at] ?? null);
    const id = JSON.stringify(key);
    const known = groups.get(id);
    if (known !== undefined) return known;
    const group = { key, rows: 0, sums: summed.map(() => null) };
    groups.set(id, group);
    return group;
  };
  const written = (sums: readonly (bigint | null)[]): Sums =>
    Object.fromEntries(
      summed.flatMap(({ name, type }, at) => {
        const sum = sums[at];
        if (sum === null || sum === undefined) return [];
        return [[name, type === "decimal" ? formatMoney(sum as never) : sum.toString()]];
      }),
    );
  const all = () => [...groups.values()];
  return {
    get rows() {
      return all().reduce((sum, { rows }) => sum + rows, 0);
    },
    add: (rows) => {
      for (const cells of rows) {
        const group = groupOf(cells);
        group.rows += 1;
        for (const [index, { at, type }] of summed.entries()) {
          const cell = cells[at];
          if (cell === null || cell === undefined) continue;
          group.sums[index] =
            (group.sums[index] ?? 0n) + (type === "decimal" ? storedMoney(cell) : BigInt(cell));
        }
      }
    },
    sums: () =>
      written(
        summed.map((_column, at) =>
          all().reduce<bigint | null>((sum, { sums }) => {
            const more = sums[at] ?? null;
            return more === null ? sum : (sum ?? 0n) + more;
          }, null),
        ),
      ),
    groups: () => all().map(({ key, rows, sums }) => ({ key, rows, sums: written(sums) })),
  };
}
