import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#embedded/ports.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { type Costs, untilCounted } from "#test/support/product-costs.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";
import { secretOf } from "#test/support/secret-of.ts";

interface Imported {
  readonly applied: boolean;
  readonly changes: readonly {
    action: string;
    id: string;
    changedFields: readonly string[];
    outcome: string | null;
  }[];
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

describe("keys", () => {
  test("are made, listed without their secret, and once revoked refused by the API", async () => {
    const made = await product.cli<{ id: string; token: string }>(
      ...["keys", "create", "--role", "viewer", "--team", "search,ads", "--label", "dashboard"],
    );
    const list = await product.cli<{ id: string; revoked: boolean; teams: string[] }[]>("keys", "list");
    expect(list.find(({ id }) => id === made.id)).toMatchObject({ teams: ["search", "ads"], revoked: false });
    expect(JSON.stringify(list)).not.toContain(secretOf(made.token));
    expect(JSON.stringify(list)).not.toContain("sha256");
    const ask = async () => (await product.get("/v1/costs?from=2026-11-01&to=2026-12-01", made.token)).status;
    expect(await ask()).toBe(200);
    expect(await product.cli("keys", "revoke", made.id)).toEqual({ id: made.id, revoked: true });
    await expect.poll(ask, { timeout: 2_000 }).toBe(401);
    const text = await runCli(["keys", "list"], env);
    expect(text.stdout).toMatch(new RegExp(`^${made.id} +viewer +search,ads +revoked +dashboard$`, "m"));
  });

  test("one that is not there cannot be revoked", async () => {
    const run = await runCli(["keys", "revoke", "nosuchkey000", "--json"], env);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: "KEY_UNKNOWN" } });
  });
});

describe("sources", () => {
  test("a file is a plan first, then applied, and the second time nothing is left to do", async () => {
    const path = file("sources.json", [{ name: "verbs-test", gateway: "kong", topic: "verbs.kong" }]);
    const planned = await product.cli<Imported>("sources", "import", path);
    expect(planned).toMatchObject({
      applied: false,
      changes: [{ action: "create", id: "verbs-test", outcome: null }],
    });
    const names = async () =>
      (await product.cli<{ name: string }[]>("sources", "list")).map(({ name }) => name);
    expect(await names()).not.toContain("verbs-test");
    const applied = await product.cli<Imported>("sources", "import", path, "--apply");
    expect(applied.changes).toMatchObject([{ id: "verbs-test", outcome: "applied" }]);
    expect(await names()).toContain("verbs-test");
    expect(await product.cli("sources", "import", path, "--apply")).toMatchObject({ changes: [], same: 1 });
  });

  test.each([
    [
      "a mistyped field",
      [
        { name: "ok", gateway: "kong" },
        { name: "bad", gatway: "kong" },
      ],
      [/\b1\b|second|bad/, /gatway/],
    ],
    ["a name that is none", [{ name: "no spaces please", gateway: "kong" }], [/name/]],
    ["text that is no JSON", "[{", [/JSON/]],
    ["no list", { name: "x" }, [/sources: .*array/]],
  ])("%s is refused with the row and the field, and nothing is changed", async (_what, content, hints) => {
    const run = await runCli(["sources", "import", file("wrong.json", content), "--apply"], env);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain("wrong.json cannot be used");
    for (const hint of hints) expect(run.stderr).toMatch(hint);
  });
});

describe("prices", () => {
  test("a plan shows which field of which row would change, and changes nothing", async () => {
    const shipped = JSON.parse(readFileSync("prices/anthropic.json", "utf8"));
    const [row, ...others] = shipped.prices;
    const changed = { ...row, usd_per_mtok: { ...row.usd_per_mtok, output_tokens: "39.5" } };
    const path = file("prices.json", { ...shipped, prices: [changed, ...others] });
    const before = await product.cli("prices", "list");
    const { stdout, code } = await runCli(["prices", "import", path], env);
    expect(code).toBe(0);
    expect(stdout).toContain(`~ price ${row.id}  (usd_per_mtok`);
    expect(stdout).toContain("1 to change");
    expect(stdout).toContain("Nothing was changed; --apply does it.");
    expect(await product.cli("prices", "list")).toEqual(before);
  });
});

describe("costs", () => {
  test("the table is what /v1/costs answers", async () => {
    const token = await product.key("--role", "ingest", "--source", "litellm");
    const finance = await product.key("--role", "finance");
    const startTime = Date.now() / 1000 - 3600;
    const records = ["search", "ads", "ads"].map((team, at) =>
      litellmRecord({
        id: `msg_verbs_${at}`,
        litellm_call_id: `call-verbs-${at}`,
        startTime,
        endTime: startTime + 2,
        completionStartTime: startTime + 1,
        metadata: { user_api_key_team_id: team },
      }),
    );
    const posted = await product.post("/v1/gateways/litellm?source=litellm", token, JSON.stringify(records));
    expect(posted.status).toBe(202);
    await untilCounted(product, finance, { calls: 3 });
    const answer = await product.cli<Costs>("costs", "--group-by", "team");
    const { stdout } = await runCli(["costs", "--group-by", "team"], env);
    expect(answer.totals).toMatchObject({ calls: 3 });
    for (const row of answer.rows) {
      const line = stdout.split("\n").find((text) => text.startsWith(`${String(row["team"])} `));
      expect(line).toMatch(new RegExp(`^\\S+ +${row.calls} .* ${row.cost.amount.replace(".", "\\.")} `));
    }
    expect(stdout).toMatch(new RegExp(`^total +3 .* ${answer.totals.cost.amount.replace(".", "\\.")} `, "m"));
    const only = await product.cli<Costs>("costs", "--team", "ads");
    expect(only.totals.calls).toBe(2);
  });

  test("each ingested call explains itself to the digit that was stored", async () => {
    const auditor = await product.key("--role", "auditor");
    const day = 86_400_000;
    const from = new Date(Date.now() - day).toISOString();
    const { body } = await product.get<{ events: { event_id: string; cost: { amount: string } }[] }>(
      `/v1/audit/events?from=${from}&kind=response`,
      auditor,
    );
    const { events } = body;
    expect(events).toHaveLength(3);
    for (const { event_id, cost } of events) {
      const told = await product.cli<{ agrees: boolean; cost: unknown }>("explain", event_id);
      expect(told).toMatchObject({ agrees: true, cost });
      const { stdout } = await runCli(["explain", event_id], env);
      expect(stdout).toMatch(/^ +input_tokens +\d+ x [\d.]+ \/ 1000000 = [\d.]+$/m);
      expect(stdout).toContain(`stored ${cost.amount} USD\n`);
    }
    const never = await runCli(["explain", "0".repeat(32)], env);
    expect(never.code).toBe(1);
  });

  test("what the API refuses is told once, as a call that was wrong", async () => {
    const run = await runCli(["costs", "--group-by", "team,colour"], env);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr.match(/group_by\/1/g)).toHaveLength(1);
  });

  test("a key that is not valid", async () => {
    const run = await runCli(["costs", "--json"], { ...env, SPENDTRAIL_API_KEY: "st_no_key" });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(run.stderr).error).toMatchObject({
      code: "API_REFUSED",
      message: expect.stringContaining("401"),
    });
  });

  test("without a key", async () => {
    const run = await runCli(["costs", "--json", "--url", product.api], bareEnv());
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: "API_KEY_NEEDED" } });
  });

  test("where no API is", async () => {
    const url = `http://127.0.0.1:${await freePort(0, "nothing")}`;
    const run = await runCli(["costs", "--json", "--url", url], env);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: "API_UNREACHABLE" } });
  });
});

describe("up beside this one", () => {
  test("on the same folder is refused by name, at once", async () => {
    const run = await runCli(["up", "--json"], env);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    const { error } = JSON.parse(run.stderr);
    expect(error.code).toBe("DATA_DIR_IN_USE");
    expect(error.message).toContain(product.dataDir);
  });

  test.each([
    ["SPENDTRAIL_API_PORT", () => product.api],
    ["SPENDTRAIL_COLLECTOR_PORT", () => product.collector],
    ["SPENDTRAIL_OTLP_GRPC_PORT", () => product.otlpGrpc],
  ])("on a busy port is refused with its setting, %s, before a server is started", async (setting, urlOf) => {
    const port = new URL(urlOf()).port;
    const dir = join(product.dataDir, "second");
    const run = await runCli(["up", "--json"], { ...productEnv(dir), [setting]: port });
    expect(run).toMatchObject({ code: 1, stdout: "" });
    const { error } = JSON.parse(run.stderr);
    expect(error).toMatchObject({ code: "PORT_BUSY" });
    expect(error.message).toContain(`Port ${port} `);
    expect(error.message).toContain(setting);
  });

  test("a folder that cannot be one is refused", async () => {
    const path = file("a-file", "");
    const run = await runCli(["up", "--json"], productEnv(path));
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: "DATA_DIR_UNWRITABLE" } });
    const below = await runCli(["up", "--json"], productEnv("/proc/spendtrail"));
    expect(JSON.parse(below.stderr)).toMatchObject({ error: { code: "DATA_DIR_UNWRITABLE" } });
  });
});
