import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { alertId } from "#core/alert.ts";
import { ReceiverSetting } from "#core/settings/receiver.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { call, type RollupGround, rollupGround } from "#test/jobs/rollup-kit.ts";
import { type UnpricedLeader, unpricedLeader } from "#test/jobs/unpriced-kit.ts";
import type { EventFields } from "#test/support/event-row.ts";

const AT = "2026-11-20T10:01:00.000Z";
const LABELS = { platform: "anthropic-api", model: "claude-new" };
const ID = alertId("unpriced_model", LABELS);

let at: RollupGround;
let leader: UnpricedLeader;
beforeEach(async () => {
  at = await rollupGround();
  leader = unpricedLeader(at.clickhouse);
  return () => at.close();
});

const unpriced = (id: string, more: Partial<EventFields> = {}) =>
  call(id, AT, {
    source: "gw",
    model: "claude-new",
    cost_usd: null,
    cost_status: "unpriced",
    cost_note: "unmapped_model",
    ...more,
  });

const Listed = z.object({
  alert_id: z.string(),
  episode: z.int(),
  state: z.string(),
  labels: z.record(z.string(), z.string()),
  details: z.record(z.string(), z.string()),
  receivers: z.array(z.string()),
  revision: z.int(),
});
const alerts = () =>
  at.clickhouse.query({
    name: "alerts",
    sql: "SELECT alert_id, episode, toString(state) AS state, labels, details, receivers, revision FROM alerts_v1 FINAL ORDER BY alert_id, episode",
    row: Listed,
  });
const rated = { cost_usd: "0.5", cost_status: "rated", cost_note: "" } as const;

describe("a model without a price", () => {
  test("is an alert, a metric and one warning, and stays one while it lasts", async () => {
    await at.insert([
      unpriced("one"),
      unpriced("two", { source: "other-gw", cost_note: "no_price" }),
      call("three", AT),
    ]);
    await leader.round();
    const listed = {
      alert_id: ID,
      episode: 1,
      state: "firing",
      labels: LABELS,
      details: { notes: "no_price, unmapped_model", sources: "gw, other-gw" },
      receivers: ["ops"],
      revision: 1,
    };
    expect(await alerts()).toEqual([listed]);
    expect(leader.warned).toMatchObject([{ alert: ID, ...LABELS, msg: "calls of a model have no price" }]);
    expect(await leader.metrics()).toContain(
      'spendtrail_unpriced_items{source="other-gw",model="claude-new"} 1',
    );
    expect(await leader.metrics()).toContain("spendtrail_unpriced_models 1");

    await at.insert([unpriced("four")]);
    await leader.round();
    await unpricedLeader(at.clickhouse).round();
    expect(await alerts()).toEqual([listed]);
    expect(leader.warned).toHaveLength(1);
    expect(await leader.metrics()).toContain('spendtrail_unpriced_items{source="gw",model="claude-new"} 2');
  });

  test("another leader knows what is on record and warns of nothing twice", async () => {
    await at.insert([unpriced("one")]);
    await leader.round();
    const next = unpricedLeader(at.clickhouse);
    await next.round();
    expect(next.warned).toEqual([]);
    await at.insert([unpriced("two", { model: "claude-newer" })]);
    await Promise.all([next.round(), leader.round()]);
    expect((await alerts()).map(({ labels, revision }) => [labels["model"], revision]).sort()).toEqual([
      ["claude-new", 1],
      ["claude-newer", 1],
    ]);
  });

  test("is over when a run has rated all of it, and comes back as another episode", async () => {
    await at.insert([unpriced("one"), unpriced("two")]);
    await leader.round();
    const rate = (id: string) => [unpriced(id, { epoch: 1, sign: -1 }), unpriced(id, { ...rated, epoch: 1 })];
    await at.insert(rate("one"));
    await leader.round();
    expect(await alerts()).toMatchObject([{ state: "firing" }]);
    await at.insert(rate("two"));
    await leader.round();
    expect(await alerts()).toMatchObject([{ alert_id: ID, state: "resolved", episode: 1, revision: 2 }]);
    expect(await leader.metrics()).not.toContain("claude-new");
    expect(await leader.metrics()).toContain("spendtrail_unpriced_models 0");

    await at.insert([unpriced("three")]);
    await leader.round();
    expect(await alerts()).toMatchObject([
      { alert_id: ID, state: "resolved", episode: 1 },
      { alert_id: ID, state: "firing", episode: 2 },
    ]);
    expect(leader.warned).toHaveLength(2);
  });

  test("is over when a better row of the same call has a price", async () => {
    await at.insert([unpriced("one")]);
    await leader.round();
    await at.insert([unpriced("one", { ...rated, version: 2 })]);
    await leader.round();
    expect(await alerts()).toMatchObject([{ state: "resolved" }]);
  });

  test("counts what other jobs count: no witnesses, no requests, parts too", async () => {
    await at.insert([
      unpriced("witness", { role: "evidence" }),
      unpriced("request", { kind: "request" }),
      unpriced("part", { kind: "part", model: "claude-advisor" }),
    ]);
    await leader.round();
    expect((await alerts()).map(({ labels }) => labels["model"])).toEqual(["claude-advisor"]);
  });

  test("a stream that broke off uncounted is in the metric and is no alert: no price would rate it", async () => {
    await at.insert([unpriced("one", { cost_note: "usage_missing" })]);
    await leader.round();
    expect(await alerts()).toEqual([]);
    expect(await leader.metrics()).toContain('spendtrail_unpriced_items{source="gw",model="claude-new"} 1');
    expect(await leader.metrics()).toContain("spendtrail_unpriced_models 0");
  });
});

describe("a round", () => {
  test("reads only what is new, and nothing of the events where nothing is", async () => {
    const months = ["2026-09", "2026-10", "2026-11"].map((month) =>
      unpriced(month, { at: `${month}-03T10:00:00.000Z` }),
    );
    await at.insert(months.slice(0, 1));
    await at.insert(months.slice(1, 2));
    await at.insert(months.slice(2));
    await leader.round();
    const asked: unknown[] = [];
    const spied = {
      insert: at.clickhouse.insert,
      query: ((query) => {
        if (query.name.startsWith("unpriced_")) asked.push(query.params);
        return at.clickhouse.query(query);
      }) as typeof at.clickhouse.query,
    };
    await leader.round({ clickhouse: spied });
    expect(asked).toEqual([]);
    await at.insert([unpriced("new", { at: "2026-10-04T10:00:00.000Z" })]);
    await leader.round({ clickhouse: spied });
    expect(asked).toMatchObject([{ table_partition: "202610" }, { buckets: ["2026-10-04 10:00:00"] }]);
  });

  test("that is broken off before the alert is written is done again in whole", async () => {
    await at.insert([unpriced("one")]);
    const broken = {
      query: at.clickhouse.query,
      insert: () => Promise.reject(new Error("the store went away")),
    };
    await expect(leader.round({ clickhouse: broken })).rejects.toThrow("the store went away");
    expect([await alerts(), leader.warned]).toEqual([[], []]);
    await leader.round();
    expect([(await alerts()).length, leader.warned.length]).toEqual([1, 1]);
  });

  test("after a month was dropped knows nothing of it", async () => {
    await at.insert([unpriced("one")]);
    await leader.round();
    await at.clickhouse.command("ALTER TABLE events_v1 DROP PARTITION 202611");
    await leader.round();
    expect(await alerts()).toMatchObject([{ state: "resolved" }]);
  });

  test("with names that a client made up has a bound in alerts and in series", {
    timeout: 60_000,
  }, async () => {
    const rows = Array.from({ length: 1010 }, (_, index) =>
      unpriced(`m${index}`, { model: `made-up-${index}` }),
    );
    await at.insert(rows);
    await leader.round();
    expect(await alerts()).toHaveLength(1000);
    await leader.round();
    expect(await alerts()).toHaveLength(1010);
    const series = (await leader.metrics()).match(/^spendtrail_unpriced_items\{.*$/gm) ?? [];
    expect(series).toHaveLength(101);
    expect(series).toContain('spendtrail_unpriced_items{source="gw",model="other"} 910');
  });
});

test("the default receivers hear of it, those of when it fired", async () => {
  const state = (...ids: string[]) => {
    const wishes = ids.map((id) => ({ id, type: "slack", url_secret: "s", is_default: true }));
    const receivers = wishes.map((wish) => {
      const value = ReceiverSetting.parse(wish);
      return [value.id, { version: 1, offset: 0n, value }] as const;
    });
    return { ...NO_SETTINGS, receivers: new Map(receivers) };
  };
  let now = state("finance", "oncall");
  let alerted = 0;
  const told = unpricedLeader(at.clickhouse, {
    settings: { state: () => now },
    alerted: () => {
      alerted += 1;
    },
  });
  const receivers = async () =>
    (
      await at.clickhouse.query({
        name: "receivers",
        sql: "SELECT receivers FROM alerts_v1 FINAL",
        row: z.object({ receivers: z.array(z.string()) }),
      })
    ).map((row) => row.receivers);
  await at.insert([unpriced("one")]);
  await told.round();
  expect(await receivers()).toEqual([["finance", "oncall"]]);
  now = state("others");
  await at.insert([unpriced("two", { source: "other-gw" })]);
  await told.round();
  expect(await receivers()).toEqual([["finance", "oncall"]]);
  await told.round();
  expect(alerted).toBe(2);
});
