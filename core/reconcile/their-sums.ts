import { addMoney, type Money } from "#core/money.ts";
import type { InvoiceLine, InvoiceMeter } from "#core/reconcile/invoice.ts";

/** What the document says of a day and a model. */
export interface TheirSums {
  /** null: it states no quantity. */
  readonly meters: ReadonlyMap<InvoiceMeter, bigint> | null;
  /** null: it states no cost. */
  readonly costUsd: Money | null;
  readonly costs: readonly Money[];
}

export function sumTheirs(lines: readonly InvoiceLine[]): TheirSums {
  const meters = new Map<InvoiceMeter, bigint>();
  for (const { meter, quantity } of lines)
    if (meter !== null && quantity !== null) meters.set(meter, (meters.get(meter) ?? 0n) + quantity);
  const costs = lines.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
  return {
    meters: lines.some(({ quantity }) => quantity !== null) ? meters : null,
    costUsd: costs.length === 0 ? null : addMoney(costs),
    costs,
  };
}
