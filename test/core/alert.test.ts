import { describe, expect, test } from "vitest";
import { type Alert, type AlertFinding, alertChanges, alertId } from "#core/alert.ts";

const NOW = "2026-11-20T10:00:00.000Z";
const LATER = "2026-11-20T12:00:00.000Z";

const finding = (model: string, more: Partial<AlertFinding> = {}): AlertFinding => ({
  labels: { platform: "vertex", model },
  details: { notes: "no_price" },
  firstSeen: "2026-11-20T09:00:00.000Z",
  lastSeen: "2026-11-20T09:30:00.000Z",
  ...more,
});
const changes = (listed: readonly Alert[], found: readonly AlertFinding[], now = NOW) =>
  alertChanges("unpriced_model", listed, found, now);

describe("an alert", () => {
  test("has the same id for the same kind and labels, in any order, and another for others", () => {
    const id = alertId("unpriced_model", { platform: "vertex", model: "m" });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(alertId("unpriced_model", { model: "m", platform: "vertex" })).toBe(id);
    expect(alertId("unpriced_model", { model: "vertex", platform: "m" })).not.toBe(id);
    expect(alertId("unpriced_model", { model: "mvertex", platform: "" })).not.toBe(id);
  });

  test("fires once, is resolved once, and comes back as another episode", () => {
    const [fired, ...none] = changes([], [finding("m")]);
    expect(none).toEqual([]);
    expect(fired).toMatchObject({ state: "firing", episode: 1, revision: 1, firedAt: NOW, resolvedAt: null });
    if (fired === undefined) throw new Error("it fires");
    expect(changes([fired], [finding("m")], LATER)).toEqual([]);

    const [resolved] = changes([fired], [], LATER);
    expect(resolved).toMatchObject({
      id: fired.id,
      state: "resolved",
      episode: 1,
      revision: 2,
      resolvedAt: LATER,
    });
    if (resolved === undefined) throw new Error("it is resolved");
    expect(changes([resolved], [], LATER)).toEqual([]);

    const [again] = changes([resolved], [finding("m")], LATER);
    expect(again).toMatchObject({ id: fired.id, state: "firing", episode: 2, revision: 1, firedAt: LATER });
  });

  test("is written again for other details, an earlier beginning, or a last sight of another hour", () => {
    const listed = changes([], [finding("m")]);
    const told = (more: Partial<AlertFinding>) => changes(listed, [finding("m", more)], LATER);
    expect(told({ lastSeen: "2026-11-20T10:29:59.999Z" })).toEqual([]);
    expect(told({ lastSeen: "2026-11-20T10:30:00.000Z" })).toMatchObject([{ revision: 2, firedAt: NOW }]);
    expect(told({ firstSeen: "2026-11-20T08:59:59.999Z" })).toMatchObject([{ revision: 2 }]);
    expect(told({ details: { notes: "no_price, rate_missing:output_tokens" } })).toMatchObject([
      { revision: 2, state: "firing", changedAt: LATER },
    ]);
  });
});
