import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { untilCounted } from "#test/support/product-costs.ts";
import { runCli } from "#test/support/run-cli.ts";

interface Imported {
  readonly applied: boolean;
  readonly changes: readonly { readonly action: string }[];
  readonly same: number;
}

let product: Product;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  product = await startProduct();
  env = productEnv(product.dataDir);
});
afterAll(() => product.stop());

function file(name: string, value: unknown): string {
  const path = join(product.dataDir, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

describe("prices and discounts that are brought in", () => {
  test("a discount comes in once, the book of before is still to be had, and what overlaps is refused", async () => {
    const began = new Date().toISOString();
    const list = async () => (await product.cli<{ id: string }[]>("discounts", "list")).map(({ id }) => id);
    const path = "examples/prices/discounts.json";
    expect(await product.cli<Imported>("discounts", "import", path, "--apply")).toMatchObject({
      applied: true,
    });
    expect(await list()).toEqual(["acme:bedrock:2027", "acme:opus-5:2027"]);
    expect(await product.cli("discounts", "import", path)).toMatchObject({ changes: [], same: 2 });

    const shipped = JSON.parse(readFileSync("examples/prices/vertex.json", "utf8"));
    const ours = file("ours.json", shipped);
    await product.cli<Imported>("prices", "import", ours, "--apply");
    const rows = (await product.cli<unknown[]>("prices", "list")).length;
    expect((await product.cli<unknown[]>("prices", "list", "--as-of", began)).length).toBe(rows - 1);
    const [row] = shipped.prices;
    const twice = file("twice.json", { ...shipped, prices: [{ ...row, id: `${row.id}-b` }] });
    const refused = await runCli(["prices", "import", twice, "--apply"], env);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`overlaps price ${row.id}`);
    const ahead = await runCli(["prices", "list", "--as-of", "999999"], env);
    expect(ahead.stderr).toContain("--as-of is 999999");
  });
});

describe("prices propose", () => {
  interface Proposed {
    readonly applied: boolean;
    readonly candidates: readonly { id: string; verdict: string; differences: readonly unknown[] }[];
    readonly skipped: readonly { name: string; reason: string }[];
  }

  test("a CSV is laid beside the book, its candidates are a file to import, and nothing is applied", async () => {
    const before = await product.cli("prices", "list");
    const out = join(product.dataDir, "candidates.json");
    const path = "examples/prices/ours.csv";
    const proposed = await product.cli<Proposed>("prices", "propose", path, "--out", out);
    expect(proposed.applied).toBe(false);
    expect(proposed.candidates.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["azure-openai:gpt-4.1:2026-01-01:proposed", "new"],
      ["azure-openai:gpt-4.1:batch:2026-01-01:proposed", "new"],
      ["anthropic-api:claude-opus-5:2026-12-01:proposed", "conflict"],
    ]);
    expect(await product.cli("prices", "list")).toEqual(before);
    const { stdout } = await runCli(["prices", "propose", path], env);
    expect(stdout).toContain("! anthropic-api:claude-opus-5  output_tokens 25 -> 26");
    expect(stdout).toContain("1 in conflict, 2 new, 0 with more meters, 0 as the book has them");
    expect(stdout).toContain("Nothing was changed.");
    // What a person approves goes in as any price file does.
    const planned = await product.cli<Imported>("prices", "import", out);
    expect(planned.changes.map(({ action }) => action)).toEqual(["create", "create", "create"]);
    // And the file itself, laid beside the book again, still waits for somebody.
    const again = await product.cli<Proposed>("prices", "propose", out);
    expect(again.candidates.map(({ verdict }) => verdict)).toEqual(["new", "new", "conflict"]);
  });

  test("the shipped rows are as the book has them, and a map of LiteLLM's is read", async () => {
    const shipped = await product.cli<Proposed>("prices", "propose", "prices/openai.json");
    expect(new Set(shipped.candidates.map(({ verdict }) => verdict))).toEqual(new Set(["same"]));
    const map = file("map.json", {
      "claude-opus-5": {
        litellm_provider: "anthropic",
        mode: "chat",
        input_cost_per_token: 5e-6,
        output_cost_per_token: 2.5e-5,
      },
      "acme-1": { litellm_provider: "acme", mode: "chat", input_cost_per_token: 1e-6 },
    });
    const read = await product.cli<Proposed>("prices", "propose", map, "--effective-from", "2026-11-01");
    expect(read).toMatchObject({
      candidates: [{ verdict: "same" }],
      skipped: [{ name: "acme-1", reason: "unmapped_model" }],
    });
  });

  test.each<[string, string, readonly string[], string]>([
    [
      "a cell that is no rate",
      "platform,model,effective_from,input_tokens\nx,y,2026-01-01,NaN\n",
      [],
      "line 2: input_tokens",
    ],
    ["no CSV", 'a,"b\n1', [], "neither JSON nor a CSV"],
    [
      "a day that is none",
      "platform,model,effective_from\nx,y,2026-01-01\n",
      ["--effective-from", "soon"],
      "--effective-from is soon",
    ],
  ])("%s is a clear error", async (_name, text, more, told) => {
    const run = await runCli(["prices", "propose", file("bad.csv", text), ...more], env);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(told);
  });
});

test("what is ingested after a discount costs less, where the source is billed to its account, and says why", async () => {
  const sources = file("accounts.json", [{ name: "litellm-acme", gateway: "litellm", account: "org-acme" }]);
  await product.cli("sources", "import", sources, "--apply");
  const discounts = [
    {
      id: "acme:40",
      account: "org-acme",
      platform: "anthropic-api",
      effective_from: "2020-01-01T00:00:00.000Z",
      percent: "40",
      sources: ["a contract"],
    },
  ];
  const deal = file("deal.json", { schema: "spendtrail.discounts.v1", discounts });
  await product.cli("discounts", "import", deal, "--apply");
  const finance = await product.key("--role", "finance");
  const startTime = Date.now() / 1000 - 600;
  for (const source of ["litellm", "litellm-acme"]) {
    const token = await product.key("--role", "ingest", "--source", source);
    const record = litellmRecord({
      id: `msg_${source}`,
      litellm_call_id: `call-${source}`,
      ...{ startTime, endTime: startTime + 2, completionStartTime: startTime + 1 },
      session_id: "the-discounted",
      metadata: { user_api_key_team_id: source },
    });
    expect(
      (await product.post(`/v1/gateways/litellm?source=${source}`, token, JSON.stringify([record]))).status,
    ).toBe(202);
  }
  await untilCounted(product, finance, { calls: 2 });
  const from = new Date(Date.now() - 86_400_000).toISOString();
  const auditor = await product.key("--role", "auditor");
  const { body } = await product.get<{
    events: { event_id: string; source: string; cost: { amount: string } }[];
  }>(`/v1/audit/events?from=${from}&kind=response`, auditor);
  const costs = Object.fromEntries(body.events.map(({ source, cost }) => [source, cost.amount]));
  expect(costs).toEqual({ litellm: "0.0075", "litellm-acme": "0.0045" });
  for (const { event_id, source } of body.events) {
    const { stdout } = await runCli(["explain", event_id], env);
    expect(stdout).toContain(`stored ${costs[source]} USD\n`);
    expect(stdout).toContain("list 0.0075 USD");
    expect(stdout.includes("discount acme:40") && stdout.includes("less 40 % = 0.003")).toBe(
      source === "litellm-acme",
    );
  }
});

describe("prices fallback", () => {
  const fallback = (...words: string[]) => product.cli("prices", "fallback", ...words);

  test("every command of its section runs in its order; bad ones say why", async () => {
    const [, section = ""] = readFileSync("docs/prices.md", "utf8").split("## A rate for budgets");
    const [, block = ""] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
    const commands = block.split("\n").filter((line) => line.startsWith("spendtrail "));
    expect(commands.length).toBe(4);
    for (const command of commands) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      const { code, stderr } = await runCli(words.slice(1), env);
      expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
    }
    expect(await fallback("list")).toMatchObject([
      { id: "house", model: "house-*", platform: "vllm", usd_per_mtok: { input: "0.4", output: "0.4" } },
    ]);
    const bad = async (...words: string[]) => (await runCli(["prices", "fallback", ...words], env)).stderr;
    const rates = ["--input", "1", "--output", "2", "--reason", "test"];
    expect(await bad("set", "x", ...rates.slice(0, 4))).toContain("--reason is absent");
    expect(await bad("set", "X y", ...rates)).toContain("<id> is X y");
    expect(await bad("set", "x", "--input=-1", "--output", "2", "--reason", "test")).toContain(
      "--input is -1",
    );
    expect(await bad("set", "x", ...rates, "--from", "2026-11-01T00:01:00Z")).toContain("whole five minutes");
    expect(await bad("remove", "nobody", "--reason", "test")).toContain("nothing to remove");
  }, 180_000);

  test("the estimate is a column of the costs, and a line that says what it is", async () => {
    await fallback("set", "any", "--input", "2", "--output", "4", "--from", "2026-01-01", "--reason", "test");
    const token = await product.key("--role", "ingest", "--source", "litellm");
    const startTime = Date.now() / 1000 - 600;
    const record = litellmRecord({
      ...{
        id: "msg_tomorrow",
        litellm_call_id: "call-tomorrow",
        model: "a-model-of-tomorrow",
        response_cost: 0,
      },
      ...{ startTime, endTime: startTime + 2, completionStartTime: startTime + 1 },
    });
    await product.post("/v1/gateways/litellm?source=litellm", token, JSON.stringify([record]));
    await untilCounted(product, await product.key("--role", "finance"), { calls: 3 });
    const { stdout } = await runCli(["costs", "--group-by", "model"], env);
    expect(stdout).toContain("fallback USD");
    expect(stdout).toMatch(
      /Budgets take them for 0.0024 USD, by the fallback rates; that is in no cost either\./,
    );
  }, 180_000);
});
