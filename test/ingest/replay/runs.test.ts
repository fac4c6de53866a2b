import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canonical } from "#gateways/canonical.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { beginRun, finishRun, stampOf } from "#ingest/replay/runs.ts";
import type { Insert } from "#runtime/clickhouse/connect.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";
import { beliefs, count, ingested, replay, WISH } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround, silent } from "#test/support/pipeline.ts";

const SOURCE = { name: "app", gateway: "canonical" };
const by = { actor: "test", reason: "test" };
const CALLS = Array.from({ length: 20 }, (_, at) =>
  canonicalEvent(`call-${at}`, {
    started_at: at % 2 === 0 ? "2026-10-20T10:00:00.000Z" : "2026-11-20T10:00:00.000Z",
  }),
);

let ground: Ground;
beforeEach(async () => {
  ground = await makeGround({ partitions: 1 });
  await ground.setSources([SOURCE]);
});
afterEach(() => ground.close());

const log = () => ({ producer: ground.producer, settings: ground.settings, by });

describe("runs of a replay", () => {
  test("two that begin at once, by two programs, never share an epoch", { timeout: 30_000 }, async () => {
    const settings = await followSettings({
      kafka: ground.kafka,
      topic: ground.topics.settings,
      log: silent,
    });
    const begun = await Promise.allSettled([
      beginRun(log(), WISH, ADAPTERS),
      beginRun({ ...log(), settings }, { ...WISH, source: null }, ADAPTERS),
    ]);
    await settings.stop();
    expect(begun.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(begun.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "RUN_UNFINISHED" },
    });
    expect(ground.settings.state().runs.size).toBe(1);
  });

  test("the same wish takes up the unfinished one; another adapter is refused", {
    timeout: 30_000,
  }, async () => {
    const run = await beginRun(log(), WISH, ADAPTERS);
    expect(await beginRun(log(), WISH, ADAPTERS)).toEqual(run);
    const newer = new Map([...ADAPTERS, ["canonical", { ...canonical, version: canonical.version + 1 }]]);
    expect(() => stampOf(log(), run, newer)).toThrow(/Run run-1 was begun with version/);
    expect(stampOf(log(), run, ADAPTERS).epoch).toBe(1);
    await finishRun(log(), run, { state: "given_up", figures: null });
    expect((await beginRun(log(), WISH, newer)).epoch).toBe(2);
  });

  test.each([
    ["events_v1", "after its records", 0],
    ["events_v1", "after the events of one month", 1],
    ["batches_v1", "before its batch row", 0],
  ])(
    "one that is given up before %s (%s) is corrected by the next, back to what was",
    { timeout: 60_000 },
    async (table, _when, inserts) => {
      await ground.send("app", "canonical", CALLS);
      await ingested(ground, CALLS.length);
      const before = await beliefs(ground);
      await ground.setSources([{ ...SOURCE, team_from: "fixed", team: "platform" }]);
      await expect(replay(ground, WISH, { clickhouse: failing(table, inserts) })).rejects.toThrow(
        "given up here",
      );
      const run = await beginRun(log(), WISH, ADAPTERS);
      await finishRun(log(), run, { state: "given_up", figures: null });
      // The settings go back, so that by the first ingest's hash nothing at all has changed.
      await ground.setSources([SOURCE]);
      await replay(ground);
      expect(await beliefs(ground)).toEqual(before);
      const rows = await count(ground, "events_v1");
      expect((await replay(ground)).figures.changed).toBe(0);
      expect(await count(ground, "events_v1")).toBe(rows);
    },
  );

  test("a settled conflict stays settled, and the belief that stands is corrected alone", {
    timeout: 60_000,
  }, async () => {
    // One call under two keys: the second post names another team.
    await ground.send("app", "canonical", [canonicalEvent("one"), canonicalEvent("one", { team: "ads" })]);
    await ingested(ground, 2);
    await ground.clickhouse.command(
      `INSERT INTO events_v1 SELECT * REPLACE (toUInt32(2147483649) AS epoch, toInt8(-1) AS sign)
       FROM events_v1 WHERE gateway_team = 'ads'`,
    );
    expect((await beliefs(ground, 2 ** 32 - 1)).map(({ team, calls }) => [team, calls])).toEqual([
      ["search", "1"],
    ]);
    await ground.setSources([{ ...SOURCE, team_from: "fixed", team: "platform" }]);
    const { figures } = await replay(ground);
    expect(figures).toMatchObject({ rows_withdrawn: 1, rows_stated: 1 });
    const after = await beliefs(ground, 2 ** 32 - 1);
    expect(after.map(({ team, gateway_team, calls }) => [team, gateway_team, calls])).toEqual([
      ["platform", "search", "1"],
    ]);
  });
});

/** A ClickHouse to which so many inserts into a table succeed and then none. */
function failing(table: string, allowed: number): Ground["clickhouse"] {
  let inserts = 0;
  return {
    ...ground.clickhouse,
    insert: async (insert: Insert) => {
      if (insert.table === table && insert.rows.length > 0) {
        if (inserts === allowed) throw new Error("given up here");
        inserts += 1;
      }
      await ground.clickhouse.insert(insert);
    },
  };
}
