import { expect, test } from "vitest";
import { bearer, makeCollector } from "#test/collector/support.ts";

test("/metrics says what was taken, by door, without a key and without strangers' labels", async () => {
  const collector = await makeCollector();
  const { litellm } = collector.tokens;
  await collector.post("/v1/gateways/litellm", "[{},{}]", bearer(litellm));
  await collector.post("/v1/gateways/made-up-name", "{}", bearer(litellm));
  await collector.post("/v1/gateways/litellm", "{}");
  const answer = await fetch(`${collector.url}/metrics`);
  expect(answer.headers.get("content-type")).toContain("text/plain");
  const text = await answer.text();
  expect(text).toContain('spendtrail_collector_records_total{door="litellm",form="whole"} 2');
  expect(text).toContain('spendtrail_collector_requests_total{door="litellm",status="202"} 1');
  expect(text).toContain('spendtrail_collector_requests_total{door="none",status="404"} 1');
  expect(text).toContain('spendtrail_collector_keys_refused_total{reason="missing"} 1');
  expect(text).toContain("spendtrail_collector_held_bytes 0");
  expect(text).not.toContain("made-up-name");
});

test("health says nothing of versions, hosts or names", async () => {
  const collector = await makeCollector();
  const live = await fetch(`${collector.url}/health/live`);
  const ready = await fetch(`${collector.url}/health/ready`);
  expect([await live.json(), await ready.json()]).toEqual([
    { status: "live" },
    { status: "ready", kafka: true, spool: false, settings: true },
  ]);
  expect((await fetch(`${collector.url}/health/live`, { method: "HEAD" })).status).toBe(200);
});

test("what is under way when closing begins is finished, and what comes later is not taken", async () => {
  const collector = await makeCollector();
  const posts = Array.from({ length: 20 }, (_, n) =>
    collector.post("/v1/gateways/litellm", `{"n":${n}}`, bearer(collector.tokens.litellm)).then(
      (answer) => answer.status,
      () => 0,
    ),
  );
  const statuses = Promise.all(posts);
  await collector.close();
  const taken = (await statuses).filter((status) => status === 202).length;
  expect((await collector.records()).length).toBeGreaterThanOrEqual(taken);
  await expect(fetch(`${collector.url}/health/live`)).rejects.toThrow();
});
