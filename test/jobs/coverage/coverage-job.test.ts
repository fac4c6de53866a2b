import { afterAll, beforeAll, expect, test } from "vitest";
import { coverageJob } from "#jobs/coverage/coverage-job.ts";
import { createMetrics } from "#runtime/metrics.ts";
import { sums } from "#test/ingest/sums.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, ingestOn, makeGround, silent } from "#test/support/pipeline.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ partitions: 1, prices: false });
  await ground.setSources([{ name: "app", gateway: "canonical" }]);
});
afterAll(() => ground.close());

test("the job's metrics are zero at rest and count what is missing, by topic", async () => {
  const { records: topic } = ground.topics;
  const metrics = createMetrics({ defaults: false });
  const job = coverageJob(
    {
      ...{ kafka: ground.kafka, clickhouse: ground.clickhouse, settings: ground.settings, log: silent },
      ...{ recordsTopic: topic, clock: () => new Date() },
    },
    metrics,
  );
  const missing = async () => {
    await job.run(AbortSignal.timeout(30_000));
    const { text } = await metrics.render();
    return /^spendtrail_coverage_missing_offsets\{topic="[^"]+"\} (\d+)$/m.exec(text)?.[1];
  };
  expect(await missing()).toBe("0");
  await ground.send(
    "app",
    "canonical",
    ["a", "b", "c"].map((id) => canonicalEvent(id)),
  );
  const ingest = await ingestOn(ground);
  await expect.poll(async () => (await sums(ground)).record_rows, { timeout: 20_000 }).toBe(3);
  await ingest.close();
  expect(await missing()).toBe("0");
  await ground.clickhouse.command("ALTER TABLE records_v1 DELETE WHERE offset = 1", {
    settings: { mutations_sync: "2" },
  });
  await ground.clickhouse.command("TRUNCATE TABLE coverage_v1");
  expect(await missing()).toBe("1");
  expect((await metrics.render()).text).toContain(`spendtrail_coverage_missing_numbers{topic="${topic}"} 0`);
}, 60_000);
