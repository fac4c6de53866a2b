import { describe, expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import { planToChanges } from "#core/settings/import-plan.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { planSources, readSourcesFile } from "#core/sources-import.ts";
import { messages, sourceChange } from "#test/core/settings/changes.ts";

const { state } = foldAll(
  NO_SETTINGS,
  messages(sourceChange("a", 0), sourceChange("b", 0), sourceChange("c", 0)),
);
const FILE = JSON.stringify([
  { gateway: "litellm", name: "a" },
  { name: "b", gateway: "litellm", role: "evidence", platform: "bedrock" },
  { name: "d", gateway: "kong", topic: "kong-logs" },
]);

function wanted(text: string) {
  const read = readSourcesFile(text);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

describe("a sources file", () => {
  test("gives a plan of what differs, and leaves alone what it does not name", () => {
    const plan = planSources(state, wanted(FILE));
    expect(plan.changes.map(({ action, id, expectedVersion }) => [action, id, expectedVersion])).toEqual([
      ["update", "b", 1],
      ["create", "d", 0],
    ]);
    expect(plan.changes[0]?.changedFields).toEqual(["platform", "role"]);
    expect(plan.same).toEqual(["a"]);
    expect(plan.extra).toEqual(["c"]);
    expect(planSources(state, wanted(FILE), { removeExtra: true }).changes.at(-1)).toMatchObject({
      action: "remove",
      id: "c",
      after: null,
    });
  });

  test("applied once, is an empty plan the second time", () => {
    const plan = planSources(state, wanted(FILE));
    const changeIds = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
    const changes = planToChanges(plan, { actor: "test", reason: "import", changeIds });
    const log = messages(...changes).map((message) => ({ ...message, offset: message.offset + 3n }));
    const { state: after, outcomes } = foldAll(state, log);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["applied", "applied"]);
    expect(planSources(after, wanted(FILE)).changes).toEqual([]);
  });

  test.each([
    ["[", "not_json", "JSON"],
    ['[{"name":"a"}]', "bad_shape", "0.gateway"],
    ['[{"name":"a","gateway":"kong","rol":"x"}]', "bad_shape", "rol"],
    ['[{"name":"a","gateway":"kong"},{"name":"a","gateway":"kong"}]', "named_twice", "source a"],
    ['"x"', "bad_shape", ""],
  ])("%s is refused with the place", (text, reason, detail) => {
    const read = readSourcesFile(text);
    expect(read).toMatchObject({ ok: false, reason });
    expect(read.ok ? "" : read.detail).toContain(detail);
  });

  test("may hold its list under `sources`", () => {
    expect(wanted('{"sources":[{"name":"a","gateway":"kong"}]}')).toHaveLength(1);
  });
});
