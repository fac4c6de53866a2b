import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { runListing } from "#core/replay/run-listing.ts";
import { foldAll } from "#core/settings/fold.ts";
import type { RunProposalSetting } from "#core/settings/run-proposal.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { messages } from "#test/core/settings/changes.ts";
import { emptyProposal } from "#test/core/settings/empty-proposal.ts";

const change = (kind: string, id: string, expected_version: number, value: object | null, actor: string) => ({
  ...{ kind, change_id: randomUUID(), id, expected_version, value, actor, reason: "a test" },
});
const { kind, from, to, scope, settings_offset } = emptyProposal(1);
const asked = { kind, from, to, scope, settings_offset, requested_by: "kim", state: "asked" };
const ask = (number: number, more: object = {}, actor = "kim") =>
  change("run_request", `request-${number}`, 0, { id: `request-${number}`, ...asked, ...more }, actor);
const answer = (more: object, version = 1) =>
  change("run_request", "request-1", version, { id: "request-1", ...asked, ...more }, "jobs");
const propose = (more: Partial<RunProposalSetting> = {}, number = 1) =>
  change(
    "run_proposal",
    `proposal-${number}`,
    0,
    emptyProposal(number, { requested_by: "kim", request: "request-1", ...more }),
    "jobs",
  );
const policy = change("approval_policy", "runs", 0, { id: "runs", approval: "other" }, "boss");
const approve = (actor: string) =>
  change(
    ...(["run_proposal", "proposal-1", 1] as const),
    emptyProposal(1, {
      ...{ requested_by: "kim", request: "request-1", state: "approved", approved_by: actor },
    }),
    actor,
  );
const outcomes = (...contents: object[]) =>
  foldAll(NO_SETTINGS, messages(...contents)).outcomes.map((one) =>
    one.outcome === "applied" ? "applied" : one.detail,
  );
const last = (...contents: object[]) => outcomes(...contents).at(-1);

test("a request is numbered, its requester's own, and never changed or removed", () => {
  expect(outcomes(ask(1), ask(2))).toEqual(["applied", "applied"]);
  expect(last(ask(2))).toContain("the next request is request-1");
  expect(last(ask(1, {}, "another"))).toContain("who asks for it is who makes the change");
  expect(last(ask(1, { to: "1980-01-01T00:00:00.000Z" }))).toContain("not after it begins");
  expect(last(ask(1, { settings_offset: "77" }))).toContain("lies ahead");
  expect(last(ask(1, { state: "withdrawn" }))).toContain("before it is answered");
  expect(last(ask(1), answer({ from: "1989-01-01T00:00:00.000Z" }))).toContain("from cannot change");
  expect(last(ask(1), answer({ state: "withdrawn" }), answer({ state: "failed" }, 2))).toContain("withdrawn");
  expect(last(ask(1), change("run_request", "request-1", 1, null, "kim"))).toContain("on record");
});

test("becomes one proposal, which is what was asked for and its requester's, though the jobs made it", () => {
  expect(last(ask(1), propose())).toBe("applied");
  expect(last(propose())).toContain("there is no request request-1");
  expect(last(ask(1), propose({ requested_by: "lee" }))).toContain("requested_by is not that of request-1");
  expect(last(ask(1), propose({ to: "1990-03-01T00:00:00.000Z" }))).toContain("to is not that of");
  expect(last(ask(1), propose({ settings_offset: "0" }))).toContain("settings_offset is not that of");
  expect(last(ask(1), propose(), propose({}, 2))).toContain("became a proposal already");
  expect(last(ask(1), answer({ state: "withdrawn" }), propose())).toContain("withdrawn already");
  const named = answer({ state: "proposed", proposal: "proposal-1" });
  expect(outcomes(ask(1), propose(), named)).toEqual(["applied", "applied", "applied"]);
  expect(last(ask(1), named)).toContain("proposal-1 is not what request-1 became");
  expect(last(ask(1), answer({ state: "proposed" }))).toContain("names its proposal");
});

test("the policy of four eyes is about who asked: not the jobs, and not the requester with their help", () => {
  expect(last(policy, ask(1), propose(), approve("kim"))).toContain("somebody other than kim");
  expect(last(policy, ask(1), propose(), approve("lee"))).toBe("applied");
  expect(last(ask(1), propose(), approve("kim"))).toBe("applied");
});

test("the listing has a request once: alone, or with what it became", () => {
  const { state } = foldAll(NO_SETTINGS, messages(ask(1), ask(2), propose()));
  expect(
    runListing(state).map((one) => [one.state, one.request?.id, one.proposal?.id ?? null, one.may_apply]),
  ).toEqual([
    ["proposed", "request-1", "proposal-1", true],
    ["asked", "request-2", null, false],
  ]);
});
