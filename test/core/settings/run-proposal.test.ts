import { describe, expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages } from "#test/core/settings/changes.ts";
import { emptyProposal } from "#test/core/settings/empty-proposal.ts";

let counter = 0;
const change = (kind: string, id: string, expected_version: number, value: object | null, actor: string) => {
  counter += 1;
  const change_id = `00000000-0000-4000-9100-${counter.toString(16).padStart(12, "0")}`;
  return { kind, change_id, id, expected_version, value, actor, reason: "a test" };
};
const propose = (number: number, more: Partial<RunProposalSetting> = {}, actor = "somebody") =>
  change("run_proposal", `proposal-${number}`, 0, emptyProposal(number, more), actor);
const become = (version: number, more: Partial<RunProposalSetting>, actor: string) =>
  change("run_proposal", "proposal-1", version, emptyProposal(1, more), actor);
const approval = (actor: string, by = actor) => become(1, { state: "approved", approved_by: by }, actor);
const policy = (value: "none" | "other", version = 0) =>
  change("approval_policy", "runs", version, { id: "runs", approval: value }, "boss");
const run = (more: object = {}) => {
  const { kind, from, to, scope, settings_offset } = emptyProposal(1);
  const value = {
    ...{ id: "run-1", epoch: 1, kind, source: null, from, to, rejected_only: false, settings_offset },
    ...{ adapter_versions: {}, state: "begun", proposal: "proposal-1", scope, ingested_until: null, ...more },
  };
  return change("run", value.id, 0, value, "operator");
};
const outcomes = (...contents: object[]) =>
  foldAll(NO_SETTINGS, messages(...contents)).outcomes.map((one) =>
    one.outcome === "applied" ? "applied" : one.detail,
  );
const last = (...contents: object[]) => outcomes(...contents).at(-1);

describe("proposals", () => {
  test("are numbered, made by who asks, and never changed or removed", () => {
    expect(outcomes(propose(1), propose(2))).toEqual(["applied", "applied"]);
    expect(last(propose(2))).toContain("the next proposal is proposal-1");
    expect(last(propose(1, {}, "another"))).toContain("who asks for it is who makes the change");
    expect(last(propose(1, { state: "approved", approved_by: "somebody" }))).toContain(
      "before it is approved",
    );
    expect(last(propose(1, { to: "1980-01-01T00:00:00.000Z" }))).toContain("not after it begins");
    expect(last(propose(1, { settings_offset: "77" }))).toContain("lies ahead");
    expect(last(propose(1), change("run_proposal", "proposal-1", 1, null, "somebody"))).toContain(
      "on record",
    );
    expect(last(propose(1), become(1, { settings_offset: "0" }, "kim"))).toContain(
      "settings_offset cannot change",
    );
  });

  test("are approved by who makes the change, and by another where the policy says so", () => {
    expect(last(propose(1), approval("kim"))).toBe("applied");
    expect(last(propose(1), approval("kim", "lee"))).toContain("who approves is who makes the change");
    expect(last(propose(1), approval("somebody"))).toBe("applied");
    expect(last(policy("other"), propose(1), approval("somebody"))).toContain("somebody other than somebody");
    expect(last(policy("other"), propose(1), approval("kim"))).toBe("applied");
    const withdrawn = become(1, { state: "withdrawn" }, "kim");
    expect(
      last(propose(1), withdrawn, become(2, { state: "approved", approved_by: "kim" }, "kim")),
    ).toContain("was withdrawn");
  });

  test("are carried out once, as they are, and approved where the policy says so", () => {
    expect(last(propose(1), run())).toBe("applied");
    expect(last(run())).toContain("there is no proposal");
    expect(last(propose(1), run({ to: "1990-03-01T00:00:00.000Z" }))).toContain(
      "the run's to is not that of",
    );
    expect(last(propose(1), run({ scope: null }))).toContain("the run's scope is not that of");
    expect(last(policy("other"), propose(1), run())).toContain("must first be approved");
    // An approval of the requester's own, given before the policy, is none after it.
    expect(last(propose(1), approval("somebody"), policy("other"), run())).toContain(
      "must first be approved",
    );
    expect(last(policy("other"), propose(1), approval("kim"), run())).toBe("applied");
    expect(last(propose(1), become(1, { state: "withdrawn" }, "kim"), run())).toContain("was withdrawn");
    const ended = change("run", "run-1", 1, { ...run().value, state: "ended" }, "operator");
    expect(last(propose(1), run(), ended, run({ id: "run-2", epoch: 2 }))).toContain("was applied already");
  });

  test("leave no way around: a replay that rewrites what stands is refused, one of rejects is not", () => {
    const replay = { kind: "replay", proposal: null, scope: null };
    expect(last(policy("other"), run(replay))).toContain("a replay cannot be");
    expect(last(policy("other"), run({ ...replay, rejected_only: true }))).toBe("applied");
    expect(last(policy("other"), policy("none", 1), run(replay))).toBe("applied");
  });
});
