import { recordAlerts } from "#jobs/budgets/alert-watch.ts";
import { compareBook } from "#jobs/budgets/compare-book.ts";
import type { BudgetsDeps } from "#jobs/budgets/deps.ts";
import { layDay } from "#jobs/budgets/lay-day.ts";
import { bringUp, type Office } from "#jobs/budgets/office.ts";
import { sendStates } from "#jobs/budgets/send-states.ts";
import type { SpendBook } from "#jobs/budgets/spend-book.ts";
import { termsSince } from "#jobs/budgets/terms-since.ts";
import { WHOLE_MS, watchBudgets } from "#jobs/budgets/watch-budgets.ts";
import type { Job } from "#jobs/job.ts";

/** The least from the end of one round to the begin of the next; one that took longer, or failed, is followed by more. */
const PAUSE_MS = 300;
const PAUSE_MS_MAX = 5_000;
/** That somebody reckons is said so often when nothing else is. */
const HEARTBEAT_MS = 1_000;
/** So often what is known is compared with what it was made of. */
const COMPARE_MS = 600_000;
/** Somebody else may have led meanwhile: what was known is of no use. */
const AWAY_MS = 15_000;

/**
 * Reckons all budgets, round after round: puts alerts on record first and tells the topic after. Whatever is known lies in
 * memory and is dropped when a round fails, so that the next one, here or elsewhere, begins with what is stored.
 */
export function budgetsJob(deps: BudgetsDeps): Job {
  const { clickhouse, settings, clock, measures, log } = deps;
  const since = termsSince(settings);
  let office: Office | null = null;
  let [comparedAtMs, turn] = [clock().getTime(), 0];
  const compare = async (book: SpendBook, signal: AbortSignal): Promise<boolean> => {
    const { memory, record } = await compareBook(clickhouse, book, turn++, clock, signal);
    measures.drift.set(Number(memory + record) / 1e12);
    measures.compared.set(clock().getTime() / 1000);
    if (memory + record === 0n) return true;
    const told = { memory: String(memory), record: String(record) };
    log.error(told, "the usage of budgets differed from the calls; it is reckoned anew");
    return false;
  };
  let days: "laid" | "stale" = "stale";
  let [endedAtMs, pauseMs, beatAtMs] = [0, PAUSE_MS, 0];
  const round = async (signal: AbortSignal): Promise<void> => {
    const state = settings.state();
    // Before the sums, so that they hold all of it.
    const counted = state.budgets.size === 0 ? null : await deps.countedUntil(signal);
    const dataUntil = counted?.toISOString() ?? null;
    const brought = await bringUp(deps, office, state, signal);
    office = brought.office;
    const nowMs = clock().getTime();
    const isWhole =
      brought.moved === null ||
      office.settingsOffset !== state.offset ||
      nowMs >= Math.min(office.wholeAtMs + WHOLE_MS, office.boundaryMs);
    const moved = isWhole ? null : brought.moved;
    const changes = watchBudgets(office, { state, moved, nowMs, dataUntil, termsSince: since });
    office.settingsOffset = state.offset;
    signal.throwIfAborted();
    await recordAlerts(clickhouse, changes);
    if (changes.length > 0) deps.alerted();
    for (const { kind, state: to, id, labels, details } of changes) {
      measures.fired.inc({ kind, state: to });
      log.info({ alert: id, state: to, ...labels, ...details }, "a budget's threshold");
    }
    const facts = { asOf: new Date(nowMs).toISOString(), dataUntil, settingsOffset: String(state.offset) };
    const messages = office.standings.due(facts, nowMs);
    if (isWhole) {
      days = "stale";
      measures.budgets.set(state.budgets.size);
      measures.accounts.set(countAccounts(office.book));
    }
    const isBeat = state.budgets.size > 0 && nowMs - beatAtMs >= HEARTBEAT_MS;
    if (messages.size === 0 && !isBeat) return;
    beatAtMs = nowMs;
    await sendStates(deps, messages, {
      type: "evaluator",
      ...{ as_of: facts.asOf, data_until: dataUntil, settings_offset: facts.settingsOffset },
      budgets: state.budgets.size,
    });
    measures.dataUntil.set(dataUntil === null ? 0 : Date.parse(dataUntil) / 1000);
  };
  return {
    name: "budgets",
    get everyMs() {
      return pauseMs;
    },
    run: async (signal) => {
      const beganMs = performance.now();
      if (performance.now() - endedAtMs > AWAY_MS) office = null;
      try {
        await round(signal);
        if (office === null) return;
        if (days !== "laid") days = await layDay(deps, office.book, signal);
        else if (clock().getTime() - comparedAtMs >= COMPARE_MS) {
          comparedAtMs = clock().getTime();
          if (!(await compare(office.book, signal))) office = null;
        }
      } catch (error) {
        office = null;
        pauseMs = PAUSE_MS_MAX;
        throw error;
      } finally {
        endedAtMs = performance.now();
      }
      pauseMs = Math.min(Math.max(PAUSE_MS, endedAtMs - beganMs), PAUSE_MS_MAX);
    },
  };
}

function countAccounts({ accounts }: SpendBook): number {
  let count = 0;
  for (const pot of accounts.pots()) count += pot.accounts.size;
  return count;
}
