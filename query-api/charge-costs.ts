import { addMoney, type Money, ZERO } from "#core/money.ts";
import { UNALLOCATED } from "#core/settings/allocation.ts";
import type { WorkedOut } from "#query-api/charges.ts";

export const CHARGE_PAYERS = ["team", "cost_center"] as const;
export type ChargePayer = (typeof CHARGE_PAYERS)[number];

/** What one payer has of a range: its calls, its charges, and both. */
export interface PayerTotal {
  readonly payer: string | null;
  readonly calls: Money;
  readonly charges: Money;
  readonly total: Money;
}

/** Calls and charges by payer; what nobody is named for is a line of its own, the last. */
export function totalsByPayer(
  by: ChargePayer,
  calls: ReadonlyMap<string, Money>,
  allCalls: Money,
  worked: readonly WorkedOut[],
): readonly PayerTotal[] {
  const nobody = by === "cost_center" ? UNALLOCATED : null;
  const charges = new Map<string | null, Money>();
  for (const { parts } of worked)
    for (const part of parts) {
      const payer = part[by] ?? nobody;
      charges.set(payer, addMoney([charges.get(payer) ?? ZERO, part.amount]));
    }
  const named = addMoney(calls.values());
  const ofCalls = new Map<string | null, Money>([...calls, [nobody, (allCalls - named) as Money]]);
  const payers = [...new Set([...ofCalls.keys(), ...charges.keys()])];
  const rows = payers.map((payer) => {
    const [one, other] = [ofCalls.get(payer) ?? ZERO, charges.get(payer) ?? ZERO];
    return { payer, calls: one, charges: other, total: addMoney([one, other]) };
  });
  return rows
    .filter((row) => row.calls !== 0n || row.charges !== 0n)
    .sort(
      (a, b) => rank(a.payer, nobody) - rank(b.payer, nobody) || ((a.payer ?? "") < (b.payer ?? "") ? -1 : 1),
    );
}

const rank = (payer: string | null, nobody: string | null) => (payer === nobody ? 1 : 0);
