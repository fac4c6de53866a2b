import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import type { PlainRow } from "#core/replay/plain-row.ts";

/** Calls and cost of one team and model; `cost` is of priced calls, in 1e-12 USD. */
export interface Total {
  readonly team: string;
  readonly model: string;
  calls: bigint;
  unpriced: bigint;
  cost: Money;
}

/** Sums by team and model, exact. The model is the canonical name where there is one, as in the answers on costs. */
export class Totals {
  readonly #totals = new Map<string, Total>();

  add(row: PlainRow, sign: 1 | -1): void {
    if (row["role"] !== "ledger" || (row["kind"] !== "response" && row["kind"] !== "part")) return;
    const cost = row["cost_usd"] === null ? 0n : amount(String(row["cost_usd"]));
    this.addTotal({
      team: String(row["team"]),
      model: String(row["model_canonical"] || row["model"]),
      calls: row["kind"] === "response" ? BigInt(sign) : 0n,
      unpriced: row["cost_status"] === "unpriced" ? BigInt(sign) : 0n,
      cost: (BigInt(sign) * cost) as Money,
    });
  }

  addTotal(more: Total): void {
    const key = JSON.stringify([more.team, more.model]);
    const known = this.#totals.get(key);
    if (known === undefined) this.#totals.set(key, { ...more });
    else {
      known.calls += more.calls;
      known.unpriced += more.unpriced;
      known.cost = (known.cost + more.cost) as Money;
    }
  }

  of(team: string, model: string): Total {
    return (
      this.#totals.get(JSON.stringify([team, model])) ?? {
        team,
        model,
        calls: 0n,
        unpriced: 0n,
        cost: 0n as Money,
      }
    );
  }

  /** By team, then model; those that came to nothing are left out. */
  list(): readonly Total[] {
    return [...this.#totals.values()]
      .filter(({ calls, unpriced, cost }) => calls !== 0n || unpriced !== 0n || cost !== 0n)
      .sort((a, b) => compare(a.team, b.team) || compare(a.model, b.model));
  }

  cost(): string {
    let sum = 0n;
    for (const { cost } of this.#totals.values()) sum += cost;
    return formatMoney(sum as Money);
  }
}

function amount(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`a row holds the cost ${text}`);
  return read.value;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
