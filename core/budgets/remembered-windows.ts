import { type BudgetWindow, windowAt, windowBefore } from "#core/budgets/windows.ts";
import type { BudgetPeriod } from "#core/settings/budget.ts";

export interface WindowsNow {
  readonly now: BudgetWindow;
  readonly before: BudgetWindow;
}

/** The window of a moment and the one before it, reckoned once for all budgets of a period: zones are slow to ask. */
export function rememberWindows(): (period: BudgetPeriod, nowMs: number) => WindowsNow {
  const byText = new Map<string, WindowsNow>();
  // Settings are never changed in place: the same object is the same period.
  const texts = new WeakMap<BudgetPeriod, string>();
  return (period, nowMs) => {
    const text = texts.get(period) ?? JSON.stringify(period);
    texts.set(period, text);
    const known = byText.get(text);
    if (known !== undefined && isNow(period, known.now, nowMs)) return known;
    const now = windowAt(period, nowMs);
    const made = { now, before: windowBefore(period, now) };
    byText.set(text, made);
    return made;
  };
}

const HOUR_MS = 3_600_000;

/** A rolling window is that of its last hour alone. */
function isNow({ kind }: BudgetPeriod, { fromMs, toMs }: BudgetWindow, nowMs: number): boolean {
  return (kind === "rolling" ? toMs - HOUR_MS : fromMs) <= nowMs && nowMs < toMs;
}
