import { afterAll, beforeAll, expect, test } from "vitest";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

const ROUNDS = 12;
const EVENTS_A_ROUND = 150;

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 4 });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(() => ground.close());

test("ingesters that come and go in the middle of the stream leave every record there once", async () => {
  // Small batches, so that most moves of a partition meet one under way.
  const limits = { batchRowsMax: 20, batchBytesMax: 4_000_000, batchAgeMs: 50 };
  const running = [await ingestOn(ground, { limits })];
  for (let round = 0; round < ROUNDS; round++) {
    const names = Array.from({ length: EVENTS_A_ROUND }, (_, at) => `${round}-${at}`);
    await ground.send(
      "app",
      "canonical",
      names.map((name) => canonicalEvent(name)),
    );
    // In turns one joins and the oldest leaves, with records still on their way.
    if (round % 3 === 0) running.push(await ingestOn(ground, { limits }));
    if (round % 3 === 2) await running.shift()?.close();
  }
  const sent = ROUNDS * EVENTS_A_ROUND;
  await expect.poll(() => sums(ground).then((all) => all.calls), { timeout: 60_000 }).toBe(sent);
  await Promise.all(running.map((ingest) => ingest.close()));
  const after = await sums(ground);
  expect(after).toMatchObject({ record_rows: sent, positions: sent, event_rows: sent, rejected: 0 });
  expect(after.batch_rows).toBe(after.ranges);
  expect(after.cost).toBe("13.5");
}, 120_000);
