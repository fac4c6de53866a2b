import { isoOf } from "#cli/import/time-range.ts";
import { timeOf, type Verdict } from "#cli/import/verdict.ts";
import { createAttribution } from "#core/attribution.ts";
import { addMoney, formatMoney, type Money, parseMoney, ZERO } from "#core/money.ts";
import type { PriceBook } from "#core/price-book.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { eventRows } from "#ingest/event-row.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

const MODELS_MAX = 1_000;

interface Figures {
  calls: number;
  cost: Money;
  gatewayCost: Money;
  unpriced: number;
}

/** Counts what an import reads and sends; in memory it takes no more than its models and reasons. */
export interface Tally {
  /** One record that is sent, or would be. */
  add(verdict: Verdict): void;
  report(): TallyReport;
}

export interface TallyReport {
  readonly accepted: number;
  readonly rejected: number;
  readonly rejects: Readonly<Record<string, number>>;
  /** What the ingester will store, by kind: `response` is a call, `part` belongs to one, `audit` is neither. */
  readonly events: Readonly<Record<string, number>>;
  readonly without_time: number;
  readonly first_event: string | null;
  readonly last_event: string | null;
  readonly calls: number;
  /** At our prices; what stands at the gateway's figure is not in it. */
  readonly cost: { readonly amount: string; readonly currency: "USD" };
  readonly unpriced_calls: number;
  readonly gateway_costs: readonly { readonly amount: string; readonly currency: string }[];
  readonly models: readonly {
    readonly model: string;
    readonly calls: number;
    readonly cost: string;
    readonly gateway_cost: string;
    readonly unpriced_calls: number;
  }[];
}

/** Rates as the ingester does, by its own rows. */
export function createTally(source: SourceSetting, book: PriceBook, nowMs: number): Tally {
  const rejects = new Map<string, number>();
  const events = new Map<string, number>();
  const models = new Map<string, Figures>();
  const gatewayCosts = new Map<string, Money>();
  const total: Figures = emptyFigures();
  const rowsOf = rater(source, book, nowMs);
  let [accepted, withoutTime] = [0, 0];
  let [firstMs, lastMs]: (number | null)[] = [null, null];

  const addRow = (row: Row): void => {
    count(events, String(row["kind"]));
    if (row["kind"] !== "response" && row["kind"] !== "part") return;
    const name = nameIn(models, String(row["model"]) || "(none)");
    const figures = models.get(name) ?? emptyFigures();
    models.set(name, figures);
    const stated = moneyOf(row["gateway_cost"]);
    const currency = String(row["gateway_currency"]);
    if (stated !== null) gatewayCosts.set(currency, addMoney([gatewayCosts.get(currency) ?? ZERO, stated]));
    for (const one of [figures, total]) {
      if (row["kind"] === "response") one.calls += 1;
      if (row["cost_status"] === "unpriced") one.unpriced += 1;
      else if (row["cost_status"] !== "gateway")
        one.cost = addMoney([one.cost, moneyOf(row["cost_usd"]) ?? ZERO]);
      if (stated !== null && currency === "USD") one.gatewayCost = addMoney([one.gatewayCost, stated]);
    }
  };

  return {
    add: (verdict) => {
      if (!verdict.isAccepted) return count(rejects, verdict.reason);
      accepted += 1;
      const timeMs = timeOf(verdict);
      if (timeMs === null) withoutTime += 1;
      else {
        firstMs = Math.min(firstMs ?? timeMs, timeMs);
        lastMs = Math.max(lastMs ?? timeMs, timeMs);
      }
      for (const row of rowsOf(verdict)) addRow(row);
    },
    report: () => ({
      accepted,
      rejected: [...rejects.values()].reduce((sum, one) => sum + one, 0),
      rejects: Object.fromEntries([...rejects].sort()),
      events: Object.fromEntries([...events].sort()),
      without_time: withoutTime,
      first_event: isoOf(firstMs ?? null),
      last_event: isoOf(lastMs ?? null),
      calls: total.calls,
      cost: { amount: formatMoney(total.cost), currency: "USD" },
      unpriced_calls: total.unpriced,
      gateway_costs: [...gatewayCosts].map(([currency, sum]) => ({ amount: formatMoney(sum), currency })),
      models: modelRows(models),
    }),
  };
}

function rater(source: SourceSetting, book: PriceBook, nowMs: number): (verdict: Verdict) => readonly Row[] {
  // Who pays is not shown.
  const context = { book, attribute: createAttribution([]), settingsOffset: -1n, userRef: () => "" };
  const position = { topic: "", partition: 0, offset: 0n, appendTimeMs: nowMs, element: 0 };
  const empty = { position, received: Buffer.alloc(0), stored: "", headers: {}, source, adapterVersion: 0 };
  return (verdict) => {
    if (!verdict.isAccepted) return [];
    const element = { ...empty, outcome: { kind: "accepted" as const, events: verdict.events } };
    return verdict.events.flatMap((event) => eventRows(event, element, source, context));
  };
}

function modelRows(models: ReadonlyMap<string, Figures>): TallyReport["models"] {
  return [...models]
    .sort(([, a], [, b]) => b.calls - a.calls)
    .map(([model, one]) => ({
      model,
      calls: one.calls,
      cost: formatMoney(one.cost),
      gateway_cost: formatMoney(one.gatewayCost),
      unpriced_calls: one.unpriced,
    }));
}

function nameIn(models: ReadonlyMap<string, unknown>, name: string): string {
  return models.has(name) || models.size < MODELS_MAX ? name : "(others)";
}

function moneyOf(value: unknown): Money | null {
  const money = typeof value === "string" ? parseMoney(value) : null;
  return money?.ok === true ? money.value : null;
}

function emptyFigures(): Figures {
  return { calls: 0, cost: ZERO, gatewayCost: ZERO, unpriced: 0 };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
