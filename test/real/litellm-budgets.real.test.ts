import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type RunningApi, startApi } from "#query-api/start.ts";
import { holdStandings } from "#runtime/budgets/standings-held.ts";
import { budgetOf, NOW, scopeStateOf, standingOf } from "#test/core/budgets/decide-kit.ts";
import { settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";
import { type LiteLlmProxy, startLiteLlm } from "#test/real/litellm/start-proxy.ts";
import { startUpstream, type Upstream } from "#test/real/stub-upstream.ts";

const KEYS = { over: "sk-over-key-of-the-test", within: "sk-within-key-of-the-test" };
const OWNERS = {
  [KEYS.over]: { team_id: "team-over", user_id: "ada@grid.example" },
  [KEYS.within]: { team_id: "team-within", user_id: "grace@grid.example" },
};
const USAGE = { input: 10, cacheRead: 0, cacheWrite5m: 0, output: 5 };
/** Nothing listens there: usage records are another test's. */
const NOBODY = "http://127.0.0.1:9";

const python = inject("python");
describe.skipIf("missing" in python)("the real LiteLLM proxy with the hook that asks for decisions", () => {
  let api: RunningApi;
  let upstream: Upstream;
  let open: LiteLlmProxy;
  let closed: LiteLlmProxy;

  beforeAll(async () => {
    if ("missing" in python) return;
    const [settings, held] = [settingsInMemory(), holdStandings()];
    const tell = (key: string, message: object) =>
      held.take(Buffer.from(key), Buffer.from(JSON.stringify(message)));
    for (const [team, spent] of [
      ["team-over", "100.5"],
      ["team-within", "10"],
    ] as const) {
      const budget = budgetOf({ id: `${team}-monthly`, scope: { kind: "team", id: team } });
      await settings.changeSettings({
        ...{ kind: "budget", id: budget.id, value: budget, expected_version: 0 },
        ...{ change_id: randomUUID(), actor: "test", reason: "test" },
      });
      tell(`team:${team}`, scopeStateOf(budget.scope, [standingOf(budget, spent)]));
    }
    const alive = { as_of: NOW, data_until: NOW, settings_offset: "100", budgets: 2 };
    tell("evaluator", { type: "evaluator", ...alive });
    const query = () => Promise.reject(new Error("a decision asked ClickHouse"));
    const { deps } = testDeps({ clickhouseTeam: { query }, clickhouseAll: { query } }, settings, {
      clock: () => new Date(NOW),
      budgets: held,
      pseudonymOf: () => `u_${"e".repeat(32)}`,
    });
    const key = await settings.key({ role: "gateway" });
    [api, upstream] = await Promise.all([startApi(deps, { host: "127.0.0.1", port: 0 }), startUpstream()]);
    const start = (fail: "open" | "closed") =>
      startLiteLlm({
        ...{
          python: python.path,
          collector: NOBODY,
          upstream: upstream.url,
          ingestKey: "none",
          keys: OWNERS,
        },
        decisions: { url: `${api.url}/v1/decisions`, key, fail },
      });
    [open, closed] = await Promise.all([start("open"), start("closed")]);
  });
  afterAll(async () => {
    await Promise.all([open?.stop(), closed?.stop(), upstream?.close(), api?.close()]);
  });

  async function call(proxy: LiteLlmProxy, key: string, path = "/v1/messages") {
    const plan = `budget-${randomUUID()}`;
    upstream.plan(plan, { does: "answer", usage: USAGE });
    const response = await fetch(proxy.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: path === "/v1/messages" ? "claude-sonnet-4-5" : "gpt-4o-mini",
        max_tokens: 200,
        messages: [{ role: "user", content: `plan:${plan}` }],
      }),
    });
    const reached = upstream.attempts.filter((attempt) => attempt.plan === plan).length;
    return { status: response.status, headers: response.headers, body: await response.json(), reached };
  }
  const MESSAGE =
    "Budget team-over-monthly of team team-over is used up (100.5 of 100 USD); it resets at 2026-12-01T00:00:00.000Z.";

  test("stops a team over its hard limit as Claude Code understands it, before any provider is asked", async () => {
    const { status, headers, body, reached } = await call(open, KEYS.over);
    expect([status, reached]).toEqual([429, 0]);
    expect(body).toMatchObject({ type: "error", error: { type: "billing_error", message: MESSAGE } });
    expect([headers.get("x-should-retry"), headers.get("retry-after")]).toEqual(["false", "648000"]);
  });

  test("stops it on OpenAI's road too", async () => {
    const { status, headers, body, reached } = await call(open, KEYS.over, "/v1/chat/completions");
    expect([status, reached]).toEqual([429, 0]);
    expect(body).toMatchObject({ error: { type: "billing_error", message: MESSAGE } });
    expect(headers.get("x-should-retry")).toBe("false");
  });

  test("lets a team within its limit through", async () => {
    for (const proxy of [open, closed])
      expect(await call(proxy, KEYS.within)).toMatchObject({ status: 200, reached: 1 });
  });

  test("without an answer it lets calls through, or stops them, as it is told", async () => {
    await api.close();
    expect(await call(open, KEYS.over)).toMatchObject({ status: 200, reached: 1 });
    const stopped = await call(closed, KEYS.within);
    expect(stopped).toMatchObject({ status: 503, reached: 0, body: { error: { type: "api_error" } } });
  });
});
