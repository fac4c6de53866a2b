import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { eventIdOf, eventRow } from "#test/support/event-row.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

const YEAR = 1988;
const RANGE = ["--from", `${YEAR}-01-01`, "--to", `${YEAR + 1}-01-01`];

let store: Store;
let api: TestApi;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  store = await openStore();
  api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
  const url = await api.app.listen({ host: "127.0.0.1", port: 0 });
  env = bareEnv({ SPENDTRAIL_API_URL: url, SPENDTRAIL_API_KEY: await api.key({ role: "finance" }) });
  const call = { at: `${YEAR}-05-05T10:00:00.000Z`, team: "red", source: "gw", gateway_currency: "USD" };
  await store.insertEvents([
    eventRow({
      ...call,
      event_id: eventIdOf("cli-new"),
      model: "brand-new",
      cost_note: "unmapped_model",
      input_tokens: 1200,
      gateway_cost: "0.25",
    }),
    eventRow({
      ...call,
      event_id: eventIdOf("cli-over"),
      model: "known",
      cost_usd: "1",
      cost_status: "rated",
      gateway_cost: "1.5",
    }),
  ]);
});
afterAll(async () => {
  await api.app.close();
  await store.close();
});

describe("spendtrail prices unpriced", () => {
  test("says what has no price, why, and what to do", { timeout: 60_000 }, async () => {
    const run = await runCli(["prices", "unpriced", ...RANGE], env);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^anthropic-api +brand-new +- +gw +unmapped_model +1 +1,200 +- +0\.25 +1 /m);
    expect(run.stdout).toContain("unmapped_model: the name is not in the table.");
    expect(run.stdout).toContain("spendtrail replay --source");
    const json = await runCli(["prices", "unpriced", ...RANGE, "--json"], env);
    expect(JSON.parse(json.stdout)).toMatchObject({ items: 1, unpriced: [{ model: "brand-new" }] });
    const none = await runCli(["prices", "unpriced", ...RANGE, "--model", "known"], env);
    expect(none.stdout).toContain("Everything has a price");
  });
});

describe("spendtrail costs variance", () => {
  test("puts the gateway's figures beside ours", { timeout: 60_000 }, async () => {
    const run = await runCli(["costs", "variance", ...RANGE], env);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^known +gw +1 +1 +1\.5 +0\.5 +50 +0 +0 +0 +0$/m);
    expect(run.stdout).toMatch(/^brand-new +gw +0 +0 +0 +0 +- +0 +0 +0 +1$/m);
    expect(run.stdout).toContain(`0.5 USD: spendtrail explain ${eventIdOf("cli-over")}`);
    const json = await runCli(["costs", "variance", ...RANGE, "--model", "known", "--json"], env);
    expect(JSON.parse(json.stdout).totals).toMatchObject({ calls: 1, percent: "50" });
    const refused = await runCli(["costs", "variance", ...RANGE, "--tolerance", "a bit"], env);
    expect(refused.stderr).toContain("tolerance");
    expect(refused.code).not.toBe(0);
  });
});
