import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { appendNews } from "#jobs/coverage/book.ts";
import { readGaps, readPartitionStates } from "#jobs/coverage/read-coverage.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
});
afterAll(() => ground.close());

const NOTHING = { partitions: [], gaps: [], producers: [], sequenceGaps: [] };
const state = (through: bigint) => ({
  ...{ topic: "t", partition: 0, lifeMs: 0, through, coveredTo: through, records: through + 1n },
  ...{ accepted: 0n, rejected: 0n, control: 0n, aborted: 0n, compacted: 0n, unseen: 0n },
  ...{ firstAppendMs: 1, lastAppendMs: 2, checkedAtMs: 0 },
});
const gap = (verdict: string) => ({
  ...{ topic: "t", partition: 0, lifeMs: 0, from: 5n, to: 7n, verdict, detail: "" },
  ...{ afterMs: null, beforeMs: null },
});

test("merges leave the newest state, and every belief about a gap", async () => {
  for (const [minute, verdict] of ["missing", "declared", "resolved"].entries())
    await appendNews(
      ground.clickhouse,
      { ...NOTHING, partitions: [state(BigInt(10 + minute))], gaps: [gap(verdict)] },
      new Date(Date.UTC(2026, 10, 1, 10, minute)),
    );
  await ground.clickhouse.command("OPTIMIZE TABLE coverage_v1 FINAL");
  const rows = await ground.clickhouse.query({
    name: "rows",
    sql: "SELECT toString(subject) AS subject, toInt32(count()) AS n FROM coverage_v1 GROUP BY subject ORDER BY subject",
    row: z.object({ subject: z.string(), n: z.int() }),
  });
  expect(rows).toEqual([
    { subject: "gap", n: 3 },
    { subject: "partition", n: 1 },
  ]);
  expect(await readPartitionStates(ground.clickhouse, "t")).toMatchObject([{ through: 12n }]);
  expect(await readGaps(ground.clickhouse, "t")).toMatchObject([{ verdict: "resolved" }]);
});

test("the same news again at the same moment are the same rows", async () => {
  const news = { ...NOTHING, gaps: [{ ...gap("missing"), topic: "again" }] };
  const at = new Date(Date.UTC(2026, 10, 2));
  await appendNews(ground.clickhouse, news, at);
  await appendNews(ground.clickhouse, news, at);
  const [row] = await ground.clickhouse.query({
    name: "rows",
    sql: "SELECT toInt32(count()) AS n FROM coverage_v1 WHERE topic = 'again'",
    row: z.object({ n: z.int() }),
  });
  expect(row).toEqual({ n: 1 });
});
