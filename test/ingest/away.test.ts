import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClickHouse } from "#runtime/clickhouse/connect.ts";
import { committed } from "#test/ingest/committed.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";
import { type Relay, startRelay } from "#test/support/relay.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

let ground: Ground;
let relay: Relay;
let clickhouse: ReturnType<typeof connectClickHouse>;
beforeAll(async () => {
  ground = await makeGround({ partitions: 2 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
  const { clickHouseUrl } = await sharedServers();
  relay = await startRelay(Number(new URL(clickHouseUrl).port));
  clickhouse = connectClickHouse({
    url: `http://127.0.0.1:${relay.port}`,
    user: "admin",
    password: TEST_PASSWORD,
    database: ground.database,
    requestTimeoutMs: 5_000,
  });
});
afterAll(async () => {
  await clickhouse.close();
  await relay.close();
  await ground.close();
});

const send = (name: string, count: number) =>
  ground.send(
    "app",
    "canonical",
    Array.from({ length: count }, (_, at) => canonicalEvent(`${name}-${at}`)),
  );

describe("ClickHouse is away", () => {
  test("while batches are written, and comes back: every record is there once, and nobody was asked to help", async () => {
    const ingest = await ingestOn(ground, { clickhouse });
    await send("before", 50);
    await expect.poll(() => sums(ground).then((all) => all.calls), { timeout: 20_000 }).toBe(50);
    await relay.down();
    await send("meanwhile", 200);
    // The intent is there, the rows are not: a batch is under way.
    const underWay = async () =>
      (await Promise.all([0, 1].map((partition) => committed(ground, partition)))).some(
        ({ metadata }) => metadata !== "",
      );
    await expect.poll(underWay, { timeout: 20_000 }).toBe(true);
    expect((await sums(ground)).calls).toBe(50);
    expect(ingest.stopped().size).toBe(0);
    await relay.up();
    await expect.poll(() => sums(ground).then((all) => all.calls), { timeout: 30_000 }).toBe(250);
    await expect.poll(underWay, { timeout: 10_000 }).toBe(false);
    const after = await sums(ground);
    expect(after).toMatchObject({ event_rows: 250, record_rows: 250, positions: 250 });
    expect(after.batch_rows).toBe(after.ranges);
    await ingest.close();
  }, 90_000);

  test("when an ingester joins: it begins as soon as it can", async () => {
    await send("later", 10);
    const crashes: Error[] = [];
    // It starts with ClickHouse there, and loses it when it asks what of its partitions is written already.
    let asked = 0;
    const query: typeof clickhouse.query = async (given) => {
      if (given.name === "covered_ranges" && asked++ === 0) await relay.down();
      return clickhouse.query(given);
    };
    const crashed = (error: Error) => crashes.push(error);
    const ingest = await ingestOn(ground, { clickhouse: { ...clickhouse, query }, crashed });
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(1);
    await relay.up();
    await expect.poll(() => sums(ground).then((all) => all.calls), { timeout: 30_000 }).toBe(260);
    await ingest.close();
    expect(crashes).toEqual([]);
  }, 60_000);
});
