import { describe, expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import { nextEpoch, type RunSetting, unfinishedRun } from "#core/settings/run.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages } from "#test/core/settings/changes.ts";

let counter = 0;
const run = (epoch: number, expected_version: number, more: Partial<RunSetting> | null = {}) => {
  counter += 1;
  const value = {
    ...{ id: `run-${epoch}`, epoch, kind: "replay", source: "app", rejected_only: false, state: "begun" },
    ...{ from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" },
    ...{ settings_offset: "3", adapter_versions: { kong: 4 }, figures: null },
  };
  return {
    kind: "run",
    change_id: `00000000-0000-4000-9000-${counter.toString(16).padStart(12, "0")}`,
    id: `run-${epoch}`,
    expected_version,
    value: more === null ? null : { ...value, ...more },
    actor: "test",
    reason: "a test",
  };
};
const kinds = (...contents: object[]) =>
  foldAll(NO_SETTINGS, messages(...contents)).outcomes.map(({ outcome }) => outcome);

describe("runs", () => {
  test("epochs are given out one after the other, each once", () => {
    const contents = [
      run(2, 0), // the first is 1
      run(1, 0),
      run(1, 0), // somebody else wanted the same one
      run(1, 1, { state: "ended" }),
      run(1, 0),
      run(3, 0),
      run(2, 0),
    ];
    expect(kinds(...contents)).toEqual([
      "invalid",
      "applied",
      "conflict",
      "applied",
      "conflict",
      "invalid",
      "applied",
    ]);
    const { state } = foldAll(NO_SETTINGS, messages(...contents));
    expect(nextEpoch(state.runs)).toBe(3);
    expect(unfinishedRun(state.runs)?.id).toBe("run-2");
  });

  test("one at a time, and what it is made with does not change", () => {
    expect(kinds(run(1, 0), run(2, 0))).toEqual(["applied", "invalid"]);
    expect(kinds(run(1, 0), run(1, 1, { state: "given_up" }), run(2, 0))).toEqual([
      "applied",
      "applied",
      "applied",
    ]);
    expect(kinds(run(1, 0), run(1, 1, { state: "ended", settings_offset: "4" }))).toEqual([
      "applied",
      "invalid",
    ]);
    expect(kinds(run(1, 0), run(1, 1, { state: "ended" }), run(1, 2, { state: "begun" }))[2]).toBe("invalid");
    expect(kinds(run(1, 0), run(1, 1, null))).toEqual(["applied", "invalid"]);
    expect(kinds(run(1, 0, { state: "ended" }))).toEqual(["invalid"]);
    expect(kinds(run(1, 0, { to: "2026-11-01T00:00:00.000Z" }))).toEqual(["invalid"]);
  });
});
