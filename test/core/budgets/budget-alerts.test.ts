import { describe, expect, test } from "vitest";
import type { Alert } from "#core/alert.ts";
import { endOf, lookAt, type Sighting, type ThresholdFinding } from "#core/budgets/budget-alerts.ts";

const WINDOW = { fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 11, 1) };
const finding = (kind: ThresholdFinding["kind"], amount: bigint): ThresholdFinding => ({
  ...{ kind, amount, limit: 100n, percent: 80, window: WINDOW, receivers: ["ops"], budgetId: "b" },
  labels: () => ({ budget_id: "b", threshold: "80" }),
  details: () => ({ spent_usd: String(amount) }),
});

/** Looks in a row, each with an amount; what is on record after each. */
function looks(kind: ThresholdFinding["kind"], amounts: readonly bigint[], atMs = Date.UTC(2026, 10, 20)) {
  let known: Alert | undefined;
  let last: Sighting | undefined;
  return amounts.map((amount, at) => {
    const now = { ms: atMs + at, text: new Date(atMs + at).toISOString() };
    const { change, sighting } = lookAt(finding(kind, amount), known, last, now);
    known = change ?? known;
    last = sighting;
    return change === null ? null : `${change.state} ${change.episode}`;
  });
}

describe("a threshold", () => {
  test("of what is spent fires at once and once, however often it is looked at", () => {
    expect(looks("budget_actual", [79n, 80n, 80n, 95n, 200n])).toEqual([null, "firing 1", null, null, null]);
  });

  test("is over only five points below it, at the second look in a row", () => {
    expect(looks("budget_actual", [80n, 76n, 75n, 74n, 76n, 74n, 74n])).toEqual([
      "firing 1",
      ...[null, null, null, null, null],
      "resolved 1",
    ]);
  });

  test("that fires again after it was over is another episode", () => {
    expect(looks("budget_actual", [80n, 1n, 1n, 80n, 80n])).toEqual([
      "firing 1",
      null,
      "resolved 1",
      "firing 2",
      null,
    ]);
  });

  test("of a forecast fires at the second look in a row", () => {
    expect(looks("budget_forecast", [90n, 70n, 90n, 90n, 90n])).toEqual([null, null, null, "firing 1", null]);
  });

  test("that is reached an hour after its period is over is a note for nobody", () => {
    const late = lookAt(finding("budget_actual", 90n), undefined, undefined, {
      ms: WINDOW.toMs + 3_600_000,
      text: "2026-12-01T01:00:00.000Z",
    });
    expect(late.change).toMatchObject({ state: "noted", receivers: [] });
    const inTime = lookAt(finding("budget_actual", 90n), undefined, undefined, {
      ms: WINDOW.toMs + 3_599_999,
      text: "2026-12-01T00:59:59.999Z",
    });
    expect(inTime.change).toMatchObject({ state: "firing", receivers: ["ops"] });
  });

  test("keeps its id, its episode and its receivers when it ends", () => {
    const now = { ms: 0, text: "2026-11-20T00:00:00.000Z" };
    const { change } = lookAt(finding("budget_actual", 90n), undefined, undefined, now);
    const ended = endOf(change as Alert, "superseded", "budget_changed", "2026-11-21T00:00:00.000Z");
    expect(ended).toMatchObject({
      ...{ id: change?.id, episode: 1, receivers: ["ops"], state: "superseded", revision: 2 },
      details: { spent_usd: "90", ended_because: "budget_changed" },
    });
  });
});
