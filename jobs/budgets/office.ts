import type { Account } from "#core/budgets/accounts.ts";
import type { Forecast } from "#core/budgets/forecast.ts";
import { horizonMs, hoursHorizonMs } from "#core/budgets/horizon.ts";
import { fallbackRatesOf } from "#core/fallback-rates.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { advanceBook, BookLost } from "#jobs/budgets/advance-book.ts";
import { type AlertWatch, openAlertWatch } from "#jobs/budgets/alert-watch.ts";
import { beginBook } from "#jobs/budgets/begin-book.ts";
import type { BudgetsDeps } from "#jobs/budgets/deps.ts";
import type { BookPlan, SpendBook } from "#jobs/budgets/spend-book.ts";
import { openStandings, type Standings } from "#jobs/budgets/standings.ts";

/** All that a leader holds about budgets; it is made of what is stored, and may be dropped between any two rounds. */
export interface Office {
  readonly book: SpendBook;
  readonly alerts: AlertWatch;
  readonly standings: Standings;
  /** The last forecast of each budget and member. */
  readonly forecasts: Map<string, Forecast | null>;
  /** What the book was planned by, as text. */
  readonly planned: string;
  settingsOffset: bigint;
  wholeAtMs: number;
  /** When something changes by the clock alone: a window ends, a top-up begins, a budget comes into force. */
  boundaryMs: number;
}

/** Cells are laid out so far ahead; a leader that holds office for longer reckons anew. */
const AHEAD_MS = 40 * 86_400_000;

export interface Brought {
  readonly office: Office;
  /** null: everything may have moved. */
  readonly moved: ReadonlySet<Account> | null;
}

/**
 * Brings what is known up to what is stored. Begins anew where nothing is known, where the settings ask for other sums
 * than were made, and where somebody else wrote what is counted with.
 */
export async function bringUp(
  deps: BudgetsDeps,
  before: Office | null,
  state: SettingsState,
  signal: AbortSignal,
): Promise<Brought> {
  const { clickhouse, clock, log } = deps;
  const nowMs = clock().getTime();
  const isAsPlanned =
    before !== null && (before.settingsOffset === state.offset || before.planned === planText(state));
  if (before !== null && isAsPlanned && reaches(before.book.plan, nowMs)) {
    try {
      const moved = await advanceBook(clickhouse, before.book, clock, signal);
      return { office: before, moved };
    } catch (error) {
      if (!(error instanceof BookLost)) throw error;
      log.warn({ reason: error.message }, "the usage of budgets is reckoned anew");
    }
  }
  return { office: await open(deps, before, state, signal), moved: null };
}

async function open(
  { clickhouse, clock, keysOnTopic, measures }: BudgetsDeps,
  before: Office | null,
  state: SettingsState,
  signal: AbortSignal,
): Promise<Office> {
  const beganMs = performance.now();
  const nowMs = clock().getTime();
  const plan = planOf(state, nowMs);
  const alerts = before?.alerts ?? (await openAlertWatch(clickhouse, plan.horizon.fromMs, signal));
  const standings = before?.standings ?? openStandings(await keysOnTopic(signal));
  const book = await beginBook(clickhouse, plan, clock, signal);
  measures.begun.inc();
  measures.beginSeconds.set((performance.now() - beganMs) / 1000);
  return {
    ...{ book, alerts, standings },
    forecasts: before?.forecasts ?? new Map(),
    planned: planText(state),
    settingsOffset: -1n,
    wholeAtMs: 0,
    boundaryMs: 0,
  };
}

function planOf(state: SettingsState, nowMs: number): BookPlan {
  const budgets = [...state.budgets.values()].map(({ value }) => value);
  // Asked about in every round, and thousands of budgets share a few.
  const periods = [...new Map(budgets.map((budget) => [JSON.stringify(budget.period), budget])).values()];
  return {
    ...{ budgets, periods },
    rates: fallbackRatesOf(state.fallbackRates.values()),
    horizon: {
      fromMs: horizonMs(periods, nowMs),
      toMs: nowMs + AHEAD_MS,
      hoursFromMs: hoursHorizonMs(periods, nowMs),
    },
  };
}

/** What of the settings decides which sums are needed. */
function planText({ budgets, fallbackRates }: SettingsState): string {
  return JSON.stringify([
    [...budgets.values()].map(({ value: { id, scope, mode, filters, period } }) => [
      ...[id, scope, mode, filters, period],
    ]),
    [...fallbackRates.values()].map(({ value }) => value),
  ]);
}

/** Whether sums reach as far back and ahead as they have to now. */
function reaches({ horizon, periods }: BookPlan, nowMs: number): boolean {
  return (
    horizonMs(periods, nowMs) >= horizon.fromMs &&
    hoursHorizonMs(periods, nowMs) >= horizon.hoursFromMs &&
    nowMs < horizon.toMs - AHEAD_MS / 2
  );
}
