import type { Money } from "#core/money.ts";
import { UNALLOCATED } from "#core/settings/allocation.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import type { BookedPart } from "#query-api/exports/charges/booked-charges.ts";
import type { Payer, PayerCost } from "#query-api/exports/journal/journal-lines.ts";

/** What each payer has of some charges, by kind and by the period that it corrects, in the order of those words. */
export function chargeCosts(parts: readonly BookedPart[], by: Payer): readonly PayerCost[] {
  const sums = new Map<string, { key: readonly [string, ChargeSetting["kind"], string]; cost: bigint }>();
  for (const { charge, part, corrects } of parts) {
    const key = [part[by] ?? (by === "team" ? "" : UNALLOCATED), charge.kind, corrects?.id ?? ""] as const;
    const id = JSON.stringify(key);
    const sum = sums.get(id) ?? { key, cost: 0n };
    sums.set(id, { ...sum, cost: sum.cost + part.amount });
  }
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .filter(([, { cost }]) => cost !== 0n)
    .map(
      ([
        ,
        {
          key: [payer, kind, corrects],
          cost,
        },
      ]) => ({
        ...{ payer: payer === "" ? null : payer, corrects: corrects === "" ? null : corrects },
        ...{ kind, cost: cost as Money },
      }),
    );
}
