import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { createLog } from "#runtime/log.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { untilCounted } from "#test/support/product-costs.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

interface Answer {
  readonly reconciled: boolean;
  readonly rows: readonly {
    model: string;
    cause: string | null;
    evidence: string | null;
    within_tolerance: boolean;
    tokens: { difference: string };
  }[];
  readonly apart: readonly { reason: string; what: string; cost_usd: string }[];
  readonly causes: readonly { cause: string }[];
  readonly remarks: readonly string[];
}

const PAGE = readFileSync("docs/reconcile.md", "utf8");
const DAY_MS = 86_400_000;
/** Yesterday and today: a day that is over, and the day that its records arrive on. */
const YESTERDAY = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
const TODAY = new Date(Date.parse(YESTERDAY) + DAY_MS).toISOString().slice(0, 10);
const NOON = `${YESTERDAY}T12:00:00.000Z`;

let product: Product;
let env: NodeJS.ProcessEnv;
let finance: string;
beforeAll(async () => {
  product = await startProduct();
  env = productEnv(product.dataDir);
  finance = await product.key("--role", "finance");
});
afterAll(() => product.stop());

function file(name: string, content: unknown): string {
  const folder = join(product.dataDir, "invoices");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(
    path,
    typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content),
  );
  return path;
}

/** Records of a program that numbers them; number 3 never reaches Kafka. */
async function produceButThree(): Promise<void> {
  const client = createKafka({ brokers: product.kafka, clientId: "test" }, createLog("test", "silent"));
  const producer = client.producer();
  await producer.connect();
  const messages = [1, 2, 4].map((number) => ({
    value: canonicalEvent(`numbered-${number}`, { started_at: NOON }),
    headers: {
      "spendtrail-source": "events",
      "spendtrail-gateway": "canonical",
      "spendtrail-seq-producer": "app",
      "spendtrail-seq": String(number),
    },
  }));
  await producer.send({ topic: "spendtrail.records", messages });
  await producer.disconnect();
}

/** Of each model so many calls of 1,000 tokens in and 100 out, through the gateway's own door. */
async function post(models: Readonly<Record<string, number>>): Promise<void> {
  const key = await product.key("--role", "ingest", "--source", "litellm");
  const startTime = Date.parse(NOON) / 1000;
  const records = Object.entries(models).flatMap(([model, calls]) =>
    Array.from({ length: calls }, (_, at) =>
      litellmRecord({
        id: `${model}-${at}`,
        litellm_call_id: `${model}-${at}`,
        model,
        startTime,
        endTime: startTime + 1,
        usage: {
          prompt_tokens: 1000,
          completion_tokens: 100,
          total_tokens: 1100,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
        },
      }),
    ),
  );
  expect((await product.post("/v1/gateways/litellm", key, JSON.stringify(records))).status).toBe(202);
}

const bucket = (results: readonly object[]) => ({
  data: [{ starting_at: `${YESTERDAY}T00:00:00Z`, ending_at: `${TODAY}T00:00:00Z`, results }],
  has_more: false,
});
const used = (model: string, calls: number) => ({
  model,
  uncached_input_tokens: 1000 * calls,
  output_tokens: 100 * calls,
});
const cost = (model: string | null, amount: string, more: object = {}) => ({
  model,
  amount,
  currency: "USD",
  cost_type: "tokens",
  ...more,
});

describe("a lost record, a doubled line and another rate", () => {
  test("are told apart on the real product, and the exit code is 1", async () => {
    await post({ "claude-sonnet-5": 2, "claude-haiku-4-5": 3, "claude-opus-4-8": 1 });
    await produceButThree();
    await untilCounted(product, finance, { calls: 9 });
    // 30 seconds must go by before a number counts as missing.
    await expect
      .poll(async () => (await runCli(["check", "--coverage", "--json"], env, 60_000)).stdout, {
        timeout: 90_000,
        interval: 3_000,
      })
      .toContain('"from":"3","to":"3"');
    const usage = file(
      "usage.json",
      bucket([
        used("claude-opus-5", 4),
        used("claude-sonnet-5", 2),
        used("claude-sonnet-5", 2),
        used("claude-haiku-4-5", 3),
        used("claude-opus-4-8", 1),
      ]),
    );
    const costs = file(
      "cost.json",
      bucket([
        ...[cost("claude-opus-5", "3"), cost("claude-sonnet-5", "0.6"), cost("claude-sonnet-5", "0.6")],
        ...[cost("claude-haiku-4-5", "0.495"), cost("claude-opus-4-8", "0.75")],
        cost(null, "200", { cost_type: "code_execution", description: "Code Execution Usage" }),
      ]),
    );
    const run = await runCli(["reconcile", usage, costs, "--tolerance", "0.0001", "--json"], env);
    expect(run.code, run.stderr).toBe(1);
    const answer: Answer = JSON.parse(run.stdout);
    expect(answer.rows.map(({ model, cause }) => [model, cause])).toEqual([
      ["claude-haiku-4-5", "rate"],
      ["claude-opus-4-8", null],
      ["claude-opus-5", "lost"],
      ["claude-sonnet-5", "doubled"],
    ]);
    const [rate, , lost, doubled] = answer.rows.map(({ evidence }) => evidence);
    expect(rate).toContain("1.1 times ours");
    expect(lost).toContain("source events, numbers 3 to 3 (1)");
    expect(doubled).toContain("usage.json, bucket 1, result 2 and usage.json, bucket 1, result 3");
    expect(answer.apart).toMatchObject([
      { reason: "no_tokens", what: "Code Execution Usage", cost_usd: "2" },
    ]);

    const text = await runCli(["reconcile", usage, costs, "--tolerance", "0.0001"], env);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(
      new RegExp(`^${YESTERDAY} +claude-opus-5 +4,400 +3,300 +1,100 +0\\.03 +0\\.0225 +0\\.0075 +lost$`, "m"),
    );
    expect(text.stdout).toContain("Compared with no call of ours:\n  2 USD  Code Execution Usage");
    expect(text.stdout).toMatch(/^Not reconciled: 1 of 4 days and models agree within 0\.0001 USD\.$/m);

    const asFinance = await runCli(["reconcile", usage, costs, "--tolerance", "0.0001", "--json"], {
      ...env,
      SPENDTRAIL_API_KEY: finance,
    });
    const opus = (JSON.parse(asFinance.stdout) as Answer).rows.find(({ model }) => model === "claude-opus-5");
    expect(opus).toMatchObject({ cause: "unmetered", evidence: expect.stringContaining("auditor's key") });
  }, 180_000);

  test("a file that says what we have is reconciled with exit code 0, by source too", async () => {
    const csv = file(
      "same.csv",
      `\ufeffday,model,input_tokens,output_tokens,cost_usd\r\n${YESTERDAY},claude-sonnet-5,2000,200,0.006\r\n${YESTERDAY},claude-haiku-4-5,3000,300,0.0045\r\n${YESTERDAY},claude-opus-4-8,1000,100,0.0075\r\n`,
    );
    const bySource = await runCli(
      ["reconcile", csv, "--source", "litellm", "--tolerance", "0", "--json"],
      env,
    );
    expect(bySource.code, bySource.stderr).toBe(0);
    expect(JSON.parse(bySource.stdout)).toMatchObject({
      reconciled: true,
      totals: { rows: 3, tokens: { difference: "0" }, cost_usd: { difference: "0" } },
    });
    const all = await runCli(["reconcile", csv], env);
    expect([all.code, all.stdout]).toEqual([1, expect.stringMatching(/claude-opus-5.*not_billed/)]);
  }, 60_000);

  test("LiteLLM's own export is compared with what came by LiteLLM, exponents and all", async () => {
    const row = (model: string, at: number, spend: number) => ({
      request_id: `${model}-${at}`,
      startTime: `${YESTERDAY} 12:00:00`,
      model,
      spend,
      prompt_tokens: 1000,
      completion_tokens: 100,
      total_tokens: 1100,
    });
    const lines = [
      row("claude-sonnet-5", 0, 0.003),
      row("claude-sonnet-5", 1, 3e-3),
      row("claude-opus-4-8", 0, 0.0075),
      ...[0, 1, 2].map((at) => row("claude-haiku-4-5", at, 0.0015)),
    ];
    const run = await runCli(
      ["reconcile", file("spend.jsonl", lines.map((line) => JSON.stringify(line)).join("\n")), "--json"],
      env,
    );
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      formats: ["litellm"],
      gateways: ["litellm"],
      totals: { rows: 3 },
    });
  });
});

describe("what cannot be compared has exit code 2", () => {
  const CSV = "day,model,cost_usd\n2026-11-20,claude-opus-5,1\n";
  test.each([
    ["an empty file", "", "is empty"],
    [
      "columns of nothing known",
      "date;model;cost\n1;2;3",
      "of no format that is known; say what it is with --format",
    ],
    ["half a line", "day,model,cost_usd\n2026-11-20,m\n", "line 2"],
    ["a column twice", "day,model,model\n2026-11-20,a,b", "the column model is there twice"],
    ["JSON that is cut off", '{"data":[', "JSON"],
    ["bytes that are no text", Buffer.from([0x64, 0xff, 0xfe]), "is no text in UTF-8"],
    ["lines of nothing that counts", "day,model,cost_usd\n2026-11-20,,5\n", "no day is named"],
  ])("%s", async (_what, content, hint) => {
    const run = await runCli(["reconcile", file("bad.csv", content), "--json"], env);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(JSON.parse(run.stderr).error.message).toContain(hint);
  });

  test.each([
    ["a file that is not there", ["nowhere.csv"], "ENOENT"],
    ["a file given twice", ["CSV", "CSV"], "is given twice"],
    [
      "a file of another format",
      ["CSV", "--format", "anthropic-cost"],
      "is a CSV, and anthropic-cost is JSON",
    ],
    ["a tolerance in exponents", ["CSV", "--tolerance", "1e-2"], "--tolerance is 1e-2"],
    ["a day written another way", ["CSV", "--from", "20.11.2026"], "--from is 20.11.2026"],
    ["a range that ends before it begins", ["CSV", "--from", "2026-11-22"], "a day after 2026-11-22"],
    ["a source that is not there", ["CSV", "--source", "nobody"], "accepted: litellm, kong, events"],
  ])("%s", async (_what, args, hint) => {
    const csv = file("one.csv", CSV);
    const run = await runCli(["reconcile", ...args.map((arg) => (arg === "CSV" ? csv : arg))], env);
    expect([run.code, run.stdout, run.stderr]).toEqual([2, "", expect.stringContaining(hint)]);
  });

  test("no API, no key, and a key that sees only its teams", async () => {
    const csv = file("one.csv", CSV);
    const nowhere = await runCli(["reconcile", csv, "--json"], {
      ...bareEnv(),
      SPENDTRAIL_API_KEY: "st_x",
      SPENDTRAIL_API_URL: "http://127.0.0.1:9",
    });
    expect([nowhere.code, JSON.parse(nowhere.stderr).error.code]).toEqual([2, "API_UNREACHABLE"]);
    const keyless = await runCli(["reconcile", csv, "--json", "--url", product.api], bareEnv());
    expect([keyless.code, JSON.parse(keyless.stderr).error.code]).toEqual([2, "API_KEY_NEEDED"]);
    const viewer = await product.key("--role", "viewer", "--team", "search");
    const narrow = await runCli(["reconcile", csv, "--json"], { ...env, SPENDTRAIL_API_KEY: viewer });
    expect([narrow.code, JSON.parse(narrow.stderr).error.code]).toEqual([2, "RECONCILE_SCOPE"]);
  }, 90_000);
});

test("names in an invoice cannot steer the terminal", async () => {
  const csv = file("hostile.csv", `day,model,cost_usd\n${YESTERDAY},evil\u001b[2J\u202e,5\n`);
  const run = await runCli(["reconcile", csv], env);
  expect(run.code).toBe(1);
  expect(run.stdout).toContain("5 USD  evil\ufffd[2J\ufffd");
  expect(run.stdout).not.toContain("\u001b");
});

test("the example of docs/reconcile.md prints what the page shows", async () => {
  const [, said = ""] = /```text\n([\s\S]*?)```/.exec(PAGE) ?? [];
  expect(PAGE).toContain("\nspendtrail reconcile examples/invoices/usage.json examples/invoices/cost.json\n");
  const key = await product.key("--role", "ingest", "--source", "events");
  const posted = await product.post("/v1/events", key, readFileSync("examples/invoices/calls.json", "utf8"));
  expect(posted.status).toBe(202);
  await untilCounted(product, finance, { calls: 13 });
  expect((await runCli(["check", "--coverage"], env, 60_000)).stdout).toContain(
    "coverage of spendtrail.records",
  );
  const run = await runCli(["reconcile", "examples/invoices/usage.json", "examples/invoices/cost.json"], env);
  expect([run.code, run.stdout]).toEqual([1, said]);
}, 120_000);
