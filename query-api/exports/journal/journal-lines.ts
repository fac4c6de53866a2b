import type { Money } from "#core/money.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";

export type ChargeAccounts = Readonly<Partial<Record<ChargeSetting["kind"], string>>>;

export interface JournalAccounts {
  /** Debited with what payers used, and with charges of a kind that has no account of its own. */
  readonly expense_account: string;
  readonly charge_accounts?: ChargeAccounts;
  /** Credited with all of it, until the provider's invoice comes. */
  readonly clearing_account: string;
  /** Takes what whole cents leave over. */
  readonly rounding_account: string;
}

/** What a journal has a line for each of. */
export const PAYERS = ["team", "cost_center"] as const;
export type Payer = (typeof PAYERS)[number];

/** What one team or cost centre cost, exactly; null is calls and charges of no team. */
export interface PayerCost {
  readonly payer: string | null;
  /** The period that it corrects; absent or null: none. */
  readonly corrects?: string | null;
  /** Of a charge that is no call; absent: calls. */
  readonly kind?: ChargeSetting["kind"];
  readonly cost: Money;
}

export interface JournalLine {
  readonly kind: "charge" | "rounding" | "clearing" | ChargeSetting["kind"];
  readonly payer: string | null;
  readonly corrects: string | null;
  readonly account: string;
  readonly debit: Money | null;
  readonly credit: Money | null;
  /** The cost behind the line before it was rounded; of the rounding line what the cents left over. */
  readonly exact: Money | null;
}

const CENT = 10_000_000_000n;

/**
 * A balanced journal in whole cents. Each payer is charged its cost rounded half to even; the whole is rounded by itself,
 * and what the charges differ from it stands on a rounding line. So the document is the cost to the cent, its debits are
 * its credits, and the exact costs of its lines add up to the exact whole.
 */
export function journalLines(costs: readonly PayerCost[], accounts: JournalAccounts): JournalLine[] {
  const charged = costs.map((given) => ({ ...given, rounded: toCents(given.cost) }));
  const whole = toCents(charged.reduce((sum, { cost }) => sum + cost, 0n));
  const rounding = whole - charged.reduce((sum, { rounded }) => sum + rounded, 0n);
  const accountOf = (kind: PayerCost["kind"]) =>
    (kind === undefined ? undefined : accounts.charge_accounts?.[kind]) ?? accounts.expense_account;
  const lines = charged.map(({ payer, corrects = null, kind, cost, rounded }) => ({
    ...line(kind ?? "charge", payer, accountOf(kind), rounded, cost),
    corrects,
  }));
  if (lines.length === 0) return [];
  if (rounding !== 0n) lines.push(line("rounding", null, accounts.rounding_account, rounding, null));
  return [...lines, line("clearing", null, accounts.clearing_account, -whole, null)];
}

/** Above zero it is a debit, below it a credit: no line has an amount below zero. */
function line(
  kind: JournalLine["kind"],
  payer: string | null,
  account: string,
  amount: bigint,
  exact: Money | null,
): JournalLine {
  const [debit, credit] = amount < 0n ? [null, -amount as Money] : [amount as Money, null];
  return { kind, payer, corrects: null, account, debit, credit, exact };
}

/** Half to even, of amounts below zero as of those above. */
function toCents(amount: bigint): bigint {
  const size = amount < 0n ? -amount : amount;
  const [cents, twice] = [size / CENT, (size % CENT) * 2n];
  const up = twice > CENT || (twice === CENT && cents % 2n === 1n);
  const rounded = (up ? cents + 1n : cents) * CENT;
  return amount < 0n ? -rounded : rounded;
}
