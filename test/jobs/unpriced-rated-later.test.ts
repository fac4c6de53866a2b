import { afterAll, beforeAll, expect, test } from "vitest";
import { ADAPTERS } from "#gateways/registry.ts";
import { jobMeasures, runScheduled } from "#jobs/run-scheduled.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { beliefs, replay, setRate } from "#test/ingest/replay/replay-kit.ts";
import { unpricedLeader } from "#test/jobs/unpriced-kit.ts";
import { makeApi } from "#test/query-api/api-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

const MODEL = "acme/brand-new";
const RANGE = "from=2026-11-01&to=2026-12-01";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
}, 60_000);
afterAll(() => ground.close());

test("a model that nobody priced: an alert within a minute, a price, a run, and nothing is left", {
  timeout: 180_000,
}, async () => {
  const { clickhouse } = ground;
  const leader = unpricedLeader(clickhouse);
  const scheduled = runScheduled([leader.job], {
    measures: jobMeasures(createMetrics({ defaults: false })),
    log: silent,
    clock: () => new Date(),
  });
  const ingester = await ingestOn(ground, { adapters: ADAPTERS });
  const api = await makeApi({ clickhouseTeam: clickhouse, clickhouseAll: clickhouse });
  const finance = await api.key({ role: "finance" });
  const alerts = async () => (await api.get("/v1/alerts?kind=unpriced_model", finance)).json.alerts;
  const unpriced = async () => (await api.get(`/v1/prices/unpriced?${RANGE}`, finance)).json;
  const cost = async () => (await api.get(`/v1/costs?${RANGE}`, finance)).json.totals.cost.amount;

  await ground.send("app", "canonical", [
    canonicalEvent("new-1", { model: MODEL }),
    canonicalEvent("new-2", { model: MODEL, team: "ads" }),
    canonicalEvent("known"),
  ]);
  // A minute from the sending on, by the job's own clock.
  await expect.poll(alerts, { timeout: 60_000, interval: 250 }).toHaveLength(1);
  const [fired] = await alerts();
  expect(fired).toMatchObject({
    state: "firing",
    labels: { platform: "anthropic-api", model: MODEL },
    details: { notes: "unmapped_model", sources: "app" },
  });
  expect(leader.warned).toHaveLength(1);
  expect(await unpriced()).toMatchObject({
    items: 2,
    unpriced: [{ model: MODEL, input_tokens: 2000, output_tokens: 200, teams: ["ads", "search"] }],
  });
  expect(await cost()).toBe("0.0075");

  await setRate(ground, MODEL, "2");
  const { figures } = await replay(ground);
  expect(figures.changed).toBe(2);
  // 2 x (1,000 x 2 + 100 x 1) per million, beside the 0.0075 of the call that had a price.
  expect(await cost()).toBe("0.0117");
  expect(await unpriced()).toMatchObject({ items: 0, calls: 0, unpriced: [] });
  await expect
    .poll(async () => (await alerts())[0].state, { timeout: 60_000, interval: 250 })
    .toBe("resolved");
  expect((await alerts())[0]).toMatchObject({ alert_id: fired.alert_id, episode: 1 });
  expect(leader.warned).toHaveLength(1);

  // What was believed before is there still.
  const before = (await beliefs(ground, 0)).filter(({ model }) => model === MODEL);
  expect(before.map(({ team, status, calls, cost: sum }) => [team, status, calls, sum])).toEqual([
    ["ads", "unpriced", "1", "0"],
    ["search", "unpriced", "1", "0"],
  ]);
  await scheduled.stop();
  await ingester.close();
});
