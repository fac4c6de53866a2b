import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround();
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(() => ground.close());

const Sums = z.object({
  calls: z.coerce.number(),
  cost: z.string(),
  raw: z.coerce.number(),
  records: z.coerce.number(),
  rejected: z.coerce.number(),
  batches: z.coerce.number(),
});
async function sums() {
  const [row] = await ground.clickhouse.query({
    name: "sums",
    sql: `SELECT (SELECT sum(sign) FROM events_v1 FINAL) AS calls,
                 (SELECT toString(sum(sign * cost_usd)) FROM events_v1 FINAL) AS cost,
                 (SELECT count() FROM events_v1) AS raw,
                 (SELECT count() FROM records_v1) AS records,
                 (SELECT countIf(outcome = 'rejected') FROM records_v1) AS rejected,
                 (SELECT count() FROM batches_v1) AS batches`,
    row: Sums,
  });
  if (row === undefined) throw new Error("no sums");
  return row;
}

describe("from the topic to rows", () => {
  test("every record is there once, accepted or rejected, and priced", async () => {
    const ingest = await ingestOn(ground);
    await ground.send("app", "canonical", [
      canonicalEvent("1"),
      canonicalEvent("2", { model: "claude-nobody-1" }),
      "{ not json",
      `[${canonicalEvent("3")}, {"specversion":"1.0"}, ${canonicalEvent("4")}]`,
      null,
    ]);
    await expect.poll(async () => (await sums()).records, { timeout: 15_000 }).toBe(7);
    expect(await sums()).toMatchObject({ calls: 4, rejected: 3, cost: "0.0225" });
    // The same records again are other offsets and the same events.
    await ground.send("app", "canonical", [
      canonicalEvent("1"),
      canonicalEvent("2", { model: "claude-nobody-1" }),
    ]);
    await expect.poll(async () => (await sums()).records, { timeout: 15_000 }).toBe(9);
    expect(await sums()).toMatchObject({ calls: 4, cost: "0.0225" });
    // The same identity with another content: the first stays what it was, and nothing is added.
    await ground.send("app", "canonical", [canonicalEvent("1", { meters: { input_tokens: 9_000_000 } })]);
    await expect.poll(async () => (await sums()).records, { timeout: 15_000 }).toBe(10);
    expect(await sums()).toMatchObject({ calls: 4, cost: "0.0225" });
    await ingest.close();
    // A restart goes on where it was.
    const again = await ingestOn(ground);
    await ground.send("app", "canonical", [canonicalEvent("5")]);
    await expect.poll(async () => (await sums()).records, { timeout: 15_000 }).toBe(11);
    expect(await sums()).toMatchObject({ calls: 5, cost: "0.03" });
    await again.close();
  });
});
