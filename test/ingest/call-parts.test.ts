import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { ADAPTERS } from "#gateways/registry.ts";
import { fixture } from "#test/gateways/support.ts";
import { ingestOn, makeGround } from "#test/support/pipeline.ts";

const Row = z.object({
  kind: z.string(),
  part_kind: z.string(),
  model_canonical: z.string(),
  cost: z.string().nullable(),
  links: z.boolean(),
});

test("a call of several models is one call, and each part costs what its own model costs", async () => {
  const ground = await makeGround();
  await ground.setSources([{ name: "captured", gateway: "anthropic" }]);
  const record = JSON.stringify(fixture("anthropic-compaction-advisor"));
  // Twice: parts fold away with their call.
  await ground.send("captured", "anthropic", [record, record]);
  const ingester = await ingestOn(ground, { adapters: ADAPTERS });
  onTestFinished(async () => {
    await ingester.close();
    await ground.close();
  });
  const rows = () =>
    ground.clickhouse.query({
      name: "rows",
      sql: `SELECT kind, part_kind, model_canonical, toString(cost_usd) AS cost,
        toBool(part_of = '' OR part_of IN (SELECT toString(event_id) FROM events_v1 WHERE kind = 'response')) AS links
        FROM calls ORDER BY cost_usd`,
      row: Row,
    });
  await expect.poll(async () => (await rows()).length, { timeout: 20_000 }).toBe(3);
  expect(await rows()).toEqual([
    // 1,412 x 2 + 52,000 x 0.2 + 600 x 2.5 + 731 x 10 per million.
    { kind: "response", part_kind: "", model_canonical: "claude-sonnet-5", cost: "0.022034", links: true },
    // 823 x 5 + 1,612 x 25 per million.
    {
      kind: "part",
      part_kind: "advisor_message",
      model_canonical: "claude-opus-5",
      cost: "0.044415",
      links: true,
    },
    // 180,000 x 2 + 3,500 x 10 per million.
    { kind: "part", part_kind: "compaction", model_canonical: "claude-sonnet-5", cost: "0.395", links: true },
  ]);
});

test("what asks no model is an audit event and never a call", async () => {
  const ground = await makeGround();
  await ground.setSources([
    { name: "kong", gateway: "kong" },
    { name: "apps", gateway: "claude-apps-gateway" },
  ]);
  await ground.send("kong", "kong", [JSON.stringify(fixture("kong-probe"))]);
  await ground.send("apps", "claude-apps-gateway", [
    JSON.stringify(fixture("claude-apps-gateway-inference")),
  ]);
  const ingester = await ingestOn(ground, { adapters: ADAPTERS });
  onTestFinished(async () => {
    await ingester.close();
    await ground.close();
  });
  const rows = () =>
    ground.clickhouse.query({
      name: "audit",
      sql: "SELECT source, toString(kind) AS kind, action, cost_status FROM events_v1 FINAL ORDER BY source",
      row: z.object({ source: z.string(), kind: z.string(), action: z.string(), cost_status: z.string() }),
    });
  await expect.poll(async () => (await rows()).length, { timeout: 30_000 }).toBe(2);
  expect(await rows()).toEqual([
    { source: "apps", kind: "audit", action: "inference", cost_status: "" },
    { source: "kong", kind: "audit", action: "other", cost_status: "" },
  ]);
});
