import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { merkleRoot } from "#core/merkle.ts";
import type { ChildPlan } from "#test/ingest/replay/child-replay.ts";
import { beliefs, count, dryRun, ingested, replay, setRate, WISH } from "#test/ingest/replay/replay-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const SOURCE = { name: "app", gateway: "canonical" };
const RECORDS = 64;

/** The moments: within a chunk, between its tables, between two chunks, and before the run says that it has ended. */
const DYING: readonly ChildPlan["dieAfter"][] = [
  ["records_v1", 1],
  ["events_v1", 1],
  ["events_v1", 3],
  ["batches_v1", 2],
  ["batches_v1", 4],
];

describe("a replay that is killed with -9", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await makeGround({ partitions: 1 });
    await ground.setSources([SOURCE]);
    const calls = Array.from({ length: RECORDS }, (_, at) =>
      canonicalEvent(`call-${at}`, {
        started_at: at % 2 === 0 ? "2026-10-20T10:00:00.000Z" : "2026-11-20T10:00:00.000Z",
        model: "acme/one",
        user: `person-${at}@example.com`,
      }),
    );
    await ground.send("app", "canonical", calls);
    await ingested(ground, RECORDS);
    // Merges would clear away rows that were written twice before anybody counts them.
    for (const table of ["records_v1", "events_v1"])
      await ground.clickhouse.command(`SYSTEM STOP MERGES ${ground.database}.${table}`);
  }, 60_000);
  afterAll(() => ground.close());

  test.each(DYING)(
    "after insert %s %i is finished by running it again, exactly",
    { timeout: 60_000 },
    async (...dieAfter) => {
      const round = dieAfter.join("-");
      await ground.setSources([{ ...SOURCE, team_from: "fixed", team: `team-${round}` }]);
      await setRate(ground, "acme/one", String(2 + DYING.findIndex((dying) => dying.join("-") === round)));
      const before = { events: await count(ground, "events_v1"), records: await count(ground, "records_v1") };
      const expected = await dryRun(ground);
      await runChild(ground, dieAfter);
      await ground.settings.caughtUp();
      // A change of settings after the run began must not come into what is left of it.
      await setRate(ground, "acme/one", "99");
      const { figures, run } = await replay(ground);
      expect(figures).toEqual(expected);
      expect(figures).toMatchObject({ records: RECORDS, changed: RECORDS });
      expect(await count(ground, "events_v1")).toBe(before.events + 2 * RECORDS);
      expect(await count(ground, "records_v1")).toBe(before.records + RECORDS);
      const after = await beliefs(ground);
      expect(after.map(({ team, calls }) => [team, calls])).toEqual([
        [`team-${round}`, "32"],
        [`team-${round}`, "32"],
      ]);
      await leavesLeadToRoots(ground, run.epoch);
      await setRate(ground, "acme/one", String(2 + DYING.findIndex((dying) => dying.join("-") === round)));
      expect((await replay(ground)).figures).toMatchObject({ changed: 0 });
    },
  );
});

const BatchRow = z.object({
  first: z.coerce.bigint(),
  last: z.coerce.bigint(),
  elements: z.number(),
  root: z.string(),
});
const LeafRow = z.object({ offset: z.coerce.bigint(), leaf: z.string() });

/** As an auditor does it: the leaves of an epoch in a batch's range, in order, make its root. */
async function leavesLeadToRoots({ clickhouse }: Ground, epoch: number): Promise<void> {
  const batches = await clickhouse.query({
    name: "roots",
    sql: `SELECT first_offset AS first, last_offset AS last, elements, root FROM batches_v1 WHERE epoch = {epoch:UInt32}`,
    params: { epoch },
    row: BatchRow,
  });
  const leaves = await clickhouse.query({
    name: "leaves",
    sql: "SELECT offset, leaf FROM records_v1 FINAL WHERE epoch = {epoch:UInt32} ORDER BY offset, element",
    params: { epoch },
    row: LeafRow,
  });
  expect(batches).toHaveLength(RECORDS / 16);
  for (const { first, last, elements, root } of batches) {
    const mine = leaves.filter(({ offset }) => offset >= first && offset <= last).map(({ leaf }) => leaf);
    expect(mine).toHaveLength(elements);
    expect(merkleRoot(mine)).toBe(root);
  }
}

async function runChild(ground: Ground, dieAfter: ChildPlan["dieAfter"]): Promise<void> {
  const { clickHouseUrl } = await sharedServers();
  const plan: ChildPlan = {
    brokers: ground.kafka.brokers,
    topics: ground.topics,
    clickhouse: {
      url: clickHouseUrl,
      user: "admin",
      password: TEST_PASSWORD,
      database: ground.database,
      requestTimeoutMs: 20_000,
    },
    wish: WISH,
    dieAfter,
  };
  const child = spawn(process.execPath, ["test/ingest/replay/child-replay.ts", JSON.stringify(plan)], {
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}
