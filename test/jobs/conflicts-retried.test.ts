import { beforeEach, describe, expect, test } from "vitest";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { type ConflictGround, conflictGround } from "#test/jobs/conflict-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";

const ONE = { calls: "1", input: "1000", output: "100", cost: "0.0075" };

let at: ConflictGround;
beforeEach(async () => {
  // Its clock is a day behind: what is new must not be a question of time.
  at = await conflictGround({ clock: () => new Date(Date.now() - 86_400_000) });
  return () => at.close();
});

/** Fails at the n-th effect (an insert, or a copy of the server's own), before it or after it was done. */
function failing(clickhouse: ClickHouse, nth: number, when: "before" | "after") {
  let count = 0;
  const guarded = async (effect: () => Promise<void>) => {
    count += 1;
    if (count === nth && when === "before") throw new Error("killed");
    await effect();
    if (count === nth) throw new Error("killed");
  };
  return {
    query: clickhouse.query,
    insert: (insert: Parameters<ClickHouse["insert"]>[0]) => guarded(() => clickhouse.insert(insert)),
    command: (...call: Parameters<ClickHouse["command"]>) => guarded(() => clickhouse.command(...call)),
    effects: () => count,
  };
}

describe("a round", () => {
  test("that is broken off before or after any of its writes is done by the next", async () => {
    const { clickhouse } = at.ground;
    let effects = 0;
    for (let nth = 1; ; nth += 1) {
      const copies = [{}, { team: "ads" }, { started_at: "2026-10-01T10:00:00.000Z" }];
      await at.post(...copies.map((changed) => canonicalEvent(`call-${nth}`, changed)));
      for (const when of ["before", "after"] as const) {
        const broken = failing(clickhouse, nth, when);
        await at.round({ clickhouse: broken }).catch(() => {});
        effects = Math.max(effects, broken.effects());
      }
      await at.round();
      expect(await at.totals()).toMatchObject({ calls: String(nth), input: String(1000 * nth) });
      if (nth > effects) break;
    }
    // Index, list, two months of settlements, list, notes: less would mean that the loop ended early.
    expect(effects).toBeGreaterThanOrEqual(6);
    expect((await at.listed()).filter(({ state }) => state !== "reversed")).toEqual([]);
  });

  test("done again, and by several processes at once, changes nothing", async () => {
    await at.post(canonicalEvent("one"), canonicalEvent("one", { team: "ads" }));
    await at.post(canonicalEvent("one", { started_at: "2026-10-01T10:00:00.000Z" }));
    await Promise.all([at.round(), at.round(), at.round()]);
    expect(await at.totals()).toEqual(ONE);
    const [rows, listed] = [await at.rows(), await at.listed()];
    // Three beliefs, two of them reversed.
    expect(rows).toBe(5);
    await Promise.all([at.round(), at.round()]);
    await at.round();
    expect([await at.rows(), await at.listed()]).toEqual([rows, listed]);
  });

  test("that finds nothing new reads nothing again", async () => {
    await at.post(canonicalEvent("one"), canonicalEvent("one", { team: "ads" }));
    // The second looks at what the first has written.
    for (const _ of [1, 2]) await at.round();
    const { clickhouse } = at.ground;
    const idle = failing(clickhouse, Number.POSITIVE_INFINITY, "before");
    await at.round({ clickhouse: idle });
    expect(idle.effects()).toBe(0);
    await clickhouse.command("OPTIMIZE TABLE events_v1 FINAL");
    await clickhouse.command("OPTIMIZE TABLE records_v1 FINAL");
    await at.round({ clickhouse: idle });
    expect(idle.effects()).toBe(0);
  });

  test("finds a copy in a part that has merged with older ones", async () => {
    await at.post(canonicalEvent("one"), canonicalEvent("two"));
    await at.round();
    await at.post(canonicalEvent("one", { team: "ads" }));
    await at.ground.clickhouse.command("OPTIMIZE TABLE events_v1 FINAL");
    await at.ground.clickhouse.command("OPTIMIZE TABLE records_v1 FINAL");
    await at.round();
    expect((await at.totals()).calls).toBe("2");
  });
});

describe("a correction", () => {
  const LATER = `INSERT INTO events_v1 SELECT * REPLACE(7 AS epoch, 'ads' AS gateway_team, 'ads' AS team)
    FROM events_v1 WHERE events_v1.epoch = 0`;
  const EARLIER = `INSERT INTO events_v1 SELECT * REPLACE(7 AS epoch, -1 AS sign)
    FROM events_v1 WHERE events_v1.epoch = 0`;

  test("that was never finished leaves a call twice; its later belief stands, until it is finished", async () => {
    await at.post(canonicalEvent("one"));
    await at.round();
    const { clickhouse } = at.ground;
    await clickhouse.command(LATER);
    await at.round();
    expect(await at.totals()).toEqual(ONE);
    expect(await at.listed()).toMatchObject([
      { kind: "live_twice", lost_gateway_team: "search", stands_gateway_team: "ads", state: "reversed" },
    ]);
    await clickhouse.command(EARLIER);
    expect((await at.totals()).calls).toBe("0");
    await at.round();
    expect(await at.totals()).toEqual(ONE);
  });

  test("that moved a call is no conflict, and a copy that comes afterwards is one", async () => {
    await at.post(canonicalEvent("one"));
    const { clickhouse } = at.ground;
    await clickhouse.command(LATER);
    await clickhouse.command(EARLIER);
    await at.round();
    expect([await at.totals(), await at.listed()]).toEqual([ONE, []]);
    await at.post(canonicalEvent("one", { started_at: "2026-10-01T10:00:00.000Z" }));
    await at.round();
    expect(await at.totals()).toEqual(ONE);
    expect(await at.listed()).toMatchObject([{ stands_gateway_team: "ads", state: "reversed" }]);
  });
});
