import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { merkleRoot } from "#core/merkle.ts";
import { applyProposal, proposeRun } from "#ingest/runs/proposals.ts";
import { beliefs, count, ingested, replay, setRate } from "#test/ingest/replay/replay-kit.ts";
import type { ChildPlan } from "#test/ingest/runs/child-run.ts";
import { EVERYTHING, proposer, runDeps, tryRun } from "#test/ingest/runs/run-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";
import { sharedServers } from "#test/support/servers.ts";
import { TEST_PASSWORD } from "#test/support/test-users.ts";

const RECORDS = 48;

/** The moments: within a chunk, between two, and before the run says that it has ended. */
const DYING: readonly ChildPlan["dieAfter"][] = [
  ["records_v1", 1],
  ["events_v1", 3],
  ["batches_v1", 3],
];

describe("a run that is killed with -9", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await makeGround({ partitions: 1 });
    await ground.setSources([{ name: "app", gateway: "canonical" }]);
    const calls = Array.from({ length: RECORDS }, (_, at) =>
      canonicalEvent(`call-${at}`, {
        started_at: at % 2 === 0 ? "2026-10-20T10:00:00.000Z" : "2026-11-20T10:00:00.000Z",
        model: "acme/one",
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
    "after insert %s %i is finished by `runs apply` again, exactly",
    { timeout: 90_000 },
    async (...dieAfter) => {
      const rate = String(2 + DYING.findIndex((dying) => dying.join() === dieAfter.join()));
      await setRate(ground, "acme/one", rate);
      const before = { events: await count(ground, "events_v1"), records: await count(ground, "records_v1") };
      const settingsOffset = ground.settings.state().offset;
      const proposed = { kind: "re_rate", ...EVERYTHING, settingsOffset } as const;
      const { proposal, figures: expected } = await proposeRun(proposer(ground), proposed, runDeps(ground));
      if (proposal === null) throw new Error("nothing would change");
      await runChild(ground, proposal.id, dieAfter);
      await ground.settings.caughtUp();
      // Neither a price that changes now nor a replay comes into what is left of it.
      await setRate(ground, "acme/one", "99");
      await expect(replay(ground)).rejects.toMatchObject({ code: "RUN_UNFINISHED" });
      const { figures, run } = await applyProposal(proposer(ground), proposal.id, runDeps(ground));
      expect(figures).toEqual(expected);
      expect(figures.changed).toBe(RECORDS);
      expect(await count(ground, "events_v1")).toBe(before.events + 2 * RECORDS);
      expect(await count(ground, "records_v1")).toBe(before.records + RECORDS);
      expect((await beliefs(ground)).map(({ calls }) => calls)).toEqual(["24", "24"]);
      await leavesLeadToRoots(ground, run.epoch);
      await setRate(ground, "acme/one", rate);
      expect((await tryRun(ground)).changed).toBe(0);
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
  const params = { epoch };
  const batches = await clickhouse.query({
    name: "roots",
    sql: "SELECT first_offset AS first, last_offset AS last, elements, root FROM batches_v1 WHERE epoch = {epoch:UInt32}",
    params,
    row: BatchRow,
  });
  const leaves = await clickhouse.query({
    name: "leaves",
    sql: "SELECT offset, leaf FROM records_v1 FINAL WHERE epoch = {epoch:UInt32} ORDER BY offset, element",
    params,
    row: LeafRow,
  });
  expect(batches).toHaveLength(RECORDS / 16);
  for (const { first, last, elements, root } of batches) {
    const mine = leaves.filter(({ offset }) => offset >= first && offset <= last).map(({ leaf }) => leaf);
    expect(mine).toHaveLength(elements);
    expect(merkleRoot(mine)).toBe(root);
  }
}

async function runChild(ground: Ground, proposal: string, dieAfter: ChildPlan["dieAfter"]): Promise<void> {
  const { clickHouseUrl } = await sharedServers();
  const { brokers } = ground.kafka;
  const plan: ChildPlan = {
    ...{ brokers, topics: ground.topics, proposal, dieAfter },
    clickhouse: {
      ...{ url: clickHouseUrl, user: "admin", password: TEST_PASSWORD },
      ...{ database: ground.database, requestTimeoutMs: 20_000 },
    },
  };
  const child = spawn(process.execPath, ["test/ingest/runs/child-run.ts", JSON.stringify(plan)], {
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
}
