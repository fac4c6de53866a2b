import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { planAllocations } from "#core/allocation-import.ts";
import { AllocationSetting } from "#core/settings/allocation.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";
import { ingested, replay } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

const open: Ground[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const CALLS = Array.from({ length: 20 }, (_, at) =>
  canonicalEvent(`call-${at}`, {
    started_at: at < 10 ? "2026-10-31T23:59:00.000Z" : "2026-11-02T00:01:00.000Z",
    team: at % 2 === 0 ? "search" : "ads",
    session_id: `session-${at}`,
    meters: { input_tokens: 1000 + at },
  }),
);

const Line = z.object({
  month: z.string(),
  team: z.string(),
  cost_center: z.string(),
  calls: z.string(),
  rows: z.string(),
});
const paid = (ground: Ground) =>
  ground.clickhouse.query({
    name: "paid",
    sql: `SELECT toString(toYYYYMM(event_time)) AS month, team, cost_center, toString(sum(sign)) AS calls,
                 toString(count()) AS rows
          FROM events_v1 FINAL GROUP BY ALL HAVING sum(sign) != 0 ORDER BY ALL`,
    row: Line,
  });
const line = (month: string, team: string, cost_center: string, calls: string, rows: string) => ({
  ...{ month, team, cost_center, calls, rows },
});

test("a map that comes later, or is corrected, is brought to old calls by a replay, once and as rows", async () => {
  const ground = await makeGround({ partitions: 1 });
  open.push(ground);
  const map = async (...rules: object[]) => {
    const wanted = rules.map((rule) => AllocationSetting.parse(rule));
    const plan = planAllocations(ground.settings.state(), wanted);
    const outcomes = await applyPlan(ground.producer, ground.settings, plan, {
      actor: "test",
      reason: "test",
    });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(wanted.map(() => "applied"));
  };
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  await ground.send("app", "canonical", CALLS);
  await ingested(ground, CALLS.length);
  expect(await paid(ground)).toEqual([
    line("202610", "ads", "", "5", "5"),
    line("202610", "search", "", "5", "5"),
    line("202611", "ads", "", "5", "5"),
    line("202611", "search", "", "5", "5"),
  ]);
  expect((await replay(ground)).figures.changed, "no map, no change").toBe(0);

  const november = { effective_from: "2026-11-01T00:00:00.000Z" };
  await map(
    { id: "search", match: "team", value: "search", cost_center: "4200", ...november },
    { id: "ads", match: "team", value: "ads", team: "search", ...november },
  );
  expect((await replay(ground)).figures.changed).toBe(10);
  const after = [
    line("202610", "ads", "", "5", "5"),
    line("202610", "search", "", "5", "5"),
    line("202611", "search", "4200", "10", "10"),
  ];
  expect(await paid(ground)).toEqual(after);
  expect((await replay(ground)).figures.changed, "again is nothing").toBe(0);
  expect(await paid(ground)).toEqual(after);
});
