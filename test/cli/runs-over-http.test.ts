import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { costsOf, untilCounted } from "#test/support/product-costs.ts";
import { runCli } from "#test/support/run-cli.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

async function ask(method: string, path: string, token: string, body?: object) {
  const response = await fetch(product.api + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into an answer as its client would
  return { status: response.status, json: (await response.json()) as any };
}

test("a back-dated price is proposed, approved by somebody else and carried out over HTTP alone, by the product's own users", {
  timeout: 240_000,
}, async () => {
  const [mine, other] = [await product.key("--role", "finance"), await product.key("--role", "finance")];
  const token = await product.key("--role", "ingest", "--source", "litellm");
  const startTime = Date.now() / 1000 - 600;
  const record = litellmRecord({
    ...{ id: "msg_1", litellm_call_id: "call-1", model: "house-large", response_cost: 0 },
    ...{ startTime, endTime: startTime + 2, completionStartTime: startTime + 1 },
  });
  await product.post("/v1/gateways/litellm?source=litellm", token, JSON.stringify([record]));
  await untilCounted(product, mine, { calls: 1 });
  const file = join(product.dataDir, "house.json");
  const shipped = JSON.parse(readFileSync("examples/prices/back-dated.json", "utf8"));
  const [row] = shipped.prices;
  const price = { ...row, platform: "anthropic-api", effective_from: "2026-01-01T00:00:00.000Z" };
  writeFileSync(file, JSON.stringify({ ...shipped, prices: [price] }));
  await product.cli("prices", "import", file, "--apply");
  await runCli(["runs", "policy", "other", "--reason", "test"], productEnv(product.dataDir));

  const day = 86_400_000;
  const range = {
    from: new Date(Date.now() - day).toISOString(),
    to: new Date(Date.now() + day).toISOString(),
  };
  for (const kind of ["re_attribute", "re_rate"]) {
    const asked = await ask("POST", "/v1/runs", mine, { kind, ...range, reason: "test" });
    expect([asked.status, asked.json.run?.state]).toEqual([202, "asked"]);
    const path = `/v1/runs/${asked.json.run.request.id}`;
    const state = async () => (await ask("GET", path, other)).json.run.state;
    if (kind === "re_attribute") {
      await expect.poll(state, { timeout: 30_000 }).toBe("nothing_to_change");
      continue;
    }
    await expect.poll(state, { timeout: 30_000 }).toBe("proposed");
    const { proposal } = (await ask("GET", path, other)).json.run;
    expect(proposal.figures).toMatchObject({ calls: 1, changed: 1, newly_priced: 1 });
    const wish = { reason: "seen" };
    expect((await ask("POST", `/v1/runs/${proposal.id}/approve`, mine, wish)).status).toBe(403);
    expect((await costsOf(product, mine)).totals.unpriced_calls).toBe(1);
    expect((await ask("POST", `/v1/runs/${proposal.id}/approve`, other, wish)).status).toBe(200);
    await expect.poll(state, { timeout: 30_000 }).toBe("ended");
    const { totals } = await costsOf(product, mine);
    expect([totals.unpriced_calls, totals.cost.amount]).toEqual([0, proposal.figures.change_usd]);
    const late = await ask("POST", `/v1/runs/${proposal.id}/withdraw`, mine, wish);
    expect([late.status, late.json.code]).toEqual([409, "PROPOSAL_REFUSED"]);
  }
});

test("an import for a time that is closed shows what it would do, and warns that nothing moves", {
  timeout: 120_000,
}, async () => {
  const env = productEnv(product.dataDir);
  const verb = async (...words: string[]) => {
    const { code, stdout, stderr } = await runCli(words, env);
    expect([words.join(" "), code, code === 0 ? "" : stderr]).toEqual([words.join(" "), 0, ""]);
    return stdout;
  };
  await verb("periods", "open", "2026-09", "--zone", "UTC", "--reason", "test");
  await verb("periods", "close", "2026-09", "--soft", "--apply", "--reason", "test");
  const file = join(product.dataDir, "september.json");
  const shipped = JSON.parse(readFileSync("examples/prices/back-dated.json", "utf8"));
  const [row] = shipped.prices;
  const price = { ...row, id: "september", model: "other", effective_from: "2026-09-10T00:00:00.000Z" };
  writeFileSync(file, JSON.stringify({ ...shipped, prices: [price] }));
  const told =
    "the period 2026-09 is soft-closed, and one change is effective within: nothing moves until a run";
  expect(await verb("prices", "import", file)).toContain(`warning: ${told}`);
  expect(await product.cli("prices", "import", file, "--apply")).toMatchObject({
    ...{ applied: true, warnings: [expect.stringContaining(told)] },
  });
});
