import { expect, test } from "vitest";
import { createMetrics } from "#runtime/metrics.ts";

test("names carry the prefix, the unit and, for a counter, the suffix", async () => {
  const metrics = createMetrics({ defaults: false });
  metrics
    .counter({ name: "records_rejected", help: "Rejects.", labels: ["reason"] })
    .inc({ reason: "not_json" }, 2);
  metrics.gauge({ name: "lag_records", help: "Lag." }).set(7);
  metrics.histogram({ name: "insert_seconds", help: "Inserts.", buckets: [0.1, 1] }).observe(0.5);
  const { text, contentType } = await metrics.render();
  expect(contentType).toContain("text/plain");
  expect(text).toContain('spendtrail_records_rejected_total{reason="not_json"} 2');
  expect(text).toContain("spendtrail_lag_records 7");
  expect(text).toContain('spendtrail_insert_seconds_bucket{le="1"} 1');
});

test("two programs in one process share nothing", async () => {
  const [one, other] = [createMetrics({ defaults: false }), createMetrics({ defaults: false })];
  one.counter({ name: "records_accepted", help: "x" }).inc();
  other.counter({ name: "records_accepted", help: "x" });
  expect((await other.render()).text).toContain("spendtrail_records_accepted_total 0");
  expect((await createMetrics().render()).text).toContain("nodejs_eventloop_lag_seconds");
});

test.each([
  "spendtrail_records_accepted",
  "records_accepted_total",
  "records",
  "Records_accepted",
  "records-accepted",
])("%s is no name for a metric", (name) => {
  expect(() => createMetrics({ defaults: false }).counter({ name, help: "x" })).toThrow(
    "without prefix and suffix",
  );
});
