import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { buildApi } from "#query-api/app.ts";
import type { App } from "#query-api/app-type.ts";
import type { Act, ApiDeps } from "#query-api/deps.ts";
import { holdStandings } from "#runtime/budgets/standings-held.ts";
import { budgetOf, NOW, scopeStateOf, standingOf } from "#test/core/budgets/decide-kit.ts";
import { settingsInMemory, testDeps } from "#test/query-api/api-kit.ts";

const PERSON = `u_${"c".repeat(32)}`;
const search = budgetOf({ id: "search-monthly" });
const held = holdStandings();
const settings = settingsInMemory();
let app: App;
let acts: Act[];
let deps: ApiDeps;
let token: string;

function tell(key: string, message: object | null): void {
  held.take(Buffer.from(key), message === null ? null : Buffer.from(JSON.stringify(message)));
}
const evaluator = (change: object = {}) => ({
  ...{ type: "evaluator", as_of: NOW, data_until: NOW, settings_offset: "100", budgets: 1, ...change },
});
const spend = (usd: string) => tell("team:search", scopeStateOf(search.scope, [standingOf(search, usd)]));

async function ask(body: unknown, { headers = {}, query = "" } = {}) {
  const response = await app.inject({
    ...{ method: "POST", url: `/v1/decisions${query}` },
    headers: { authorization: `Bearer ${token}`, ...headers },
    payload: body as object,
  });
  const { statusCode: status, headers: answered, body: text } = response;
  return { status, headers: answered, text, json: text === "" ? null : JSON.parse(text) };
}

beforeAll(async () => {
  // The real API over stores that fail whoever asks them: a decision may not.
  const query = () => Promise.reject(new Error("a decision asked ClickHouse"));
  ({ deps, acts } = testDeps({ clickhouseTeam: { query }, clickhouseAll: { query } }, settings, {
    clock: () => new Date(NOW),
    budgets: held,
    pseudonymOf: (name) => (name === "ada@grid.example" ? PERSON : `u_${"d".repeat(32)}`),
  }));
  app = await buildApi(deps);
  token = await settings.key({ role: "gateway" });
  await settings.changeSettings({
    ...{ kind: "budget", id: search.id, value: search, expected_version: 0 },
    ...{ change_id: randomUUID(), actor: "test", reason: "test" },
  });
  tell("evaluator", evaluator());
});

describe("POST /v1/decisions", () => {
  test("allows with everything that was asked, from memory, and without an act", async () => {
    spend("10.5");
    const before = acts.length;
    const { status, headers, json } = await ask({ team: "search", all: true });
    expect([status, headers["cache-control"]]).toEqual([200, "private, max-age=1"]);
    expect(json).toMatchObject({
      ...{ decision: "allow", reason: "The budget has room.", budget_id: null, budgets_asked: 1 },
      ...{
        paid_by: { team: "search", cost_center: "" },
        as_of: NOW,
        data_until: NOW,
        lag_ms: 0,
        ttl_ms: 1000,
      },
      budgets: [
        {
          ...{ budget_id: "search-monthly", verdict: "allow", limit_usd: "100", spent_usd: "10.5" },
          ...{ remaining_usd: "89.5", utilization_percent: "10.50", stale: false, retry_after_s: null },
          ...{ from: "2026-11-01T00:00:00.000Z", resets_at: "2026-12-01T00:00:00.000Z" },
        },
      ],
    });
    expect((await ask({ team: "search" })).json.budgets).toEqual([]);
    expect(acts).toHaveLength(before);
  });

  test("denies with 200, or as Claude Code understands it where that is asked for", async () => {
    spend("100.25");
    const { status, json } = await ask({ team: "search" });
    expect([status, json.decision, json.budget_id, json.retry_after_s]).toEqual([
      ...[200, "deny", "search-monthly", 648_000],
    ]);
    const denied = await ask({ team: "search" }, { query: "?deny_status=429" });
    expect([denied.status, denied.headers["x-should-retry"], denied.headers["retry-after"]]).toEqual([
      ...[429, "false", "648000"],
    ]);
    expect(denied.json).toEqual({
      type: "error",
      error: {
        type: "billing_error",
        message:
          "Budget search-monthly of team search is used up (100.25 of 100 USD); it resets at 2026-12-01T00:00:00.000Z.",
      },
    });
    spend("1");
    expect((await ask({ team: "search" }, { query: "?deny_status=429" })).status).toBe(200);
  });

  test("answers many at once, each for itself", async () => {
    spend("100");
    const { json } = await ask({ requests: [{ team: "search" }, { team: "unheard of" }] });
    expect(json.decisions.map(({ decision, reason }: Record<string, string>) => [decision, reason])).toEqual([
      ["deny", expect.stringContaining("is used up")],
      ["allow", "No budget is of this."],
    ]);
    const both = await ask({ requests: [{ team: "search" }] }, { query: "?deny_status=429" });
    expect([both.status, both.json.code]).toEqual([400, "REQUEST_INVALID"]);
  });

  test("is 304 for who has the answer already, until something is decided otherwise", async () => {
    spend("60");
    const { headers } = await ask({ team: "search" });
    const has = { headers: { "if-none-match": `"else", ${headers["etag"]}` } };
    const same = await ask({ team: "search" }, has);
    expect([same.status, same.text, same.headers["etag"]]).toEqual([304, "", headers["etag"]]);
    tell("evaluator", evaluator({ as_of: "2026-11-23T11:59:59.000Z" }));
    expect((await ask({ team: "search" }, has)).status).toBe(304);
    tell("evaluator", evaluator());
    spend("60.000000000001");
    expect((await ask({ team: "search" }, has)).status).toBe(200);
  });

  test("a changed amount counts with the next question", async () => {
    spend("100");
    expect((await ask({ team: "search" })).json.decision).toBe("deny");
    const change = (amount_usd: string, expected_version: number) =>
      settings.changeSettings({
        ...{ kind: "budget", id: search.id, value: { ...search, amount_usd }, expected_version },
        ...{ change_id: randomUUID(), actor: "test", reason: "test" },
      });
    await change("1000", 1);
    expect((await ask({ team: "search" })).json.decision).toBe("allow");
    await change("100", 2);
  });

  test("finds a person by the name where it can make pseudonyms, and says so where it cannot", async () => {
    const own = budgetOf({ id: "interns", scope: { kind: "user", id: PERSON } });
    await settings.changeSettings({
      ...{ kind: "budget", id: own.id, value: own, expected_version: 0 },
      ...{ change_id: randomUUID(), actor: "test", reason: "test" },
    });
    expect((await ask({ user: "ada@grid.example", all: true })).json.budgets).toMatchObject([
      { budget_id: "interns" },
    ]);
    const { clickhouseTeam, clickhouseAll } = deps;
    const saltless = testDeps({ clickhouseTeam, clickhouseAll }, settings, { budgets: held });
    const other = await buildApi(saltless.deps);
    const response = await other.inject({
      ...{ method: "POST", url: "/v1/decisions", payload: { user: "ada@grid.example" } },
      headers: { authorization: `Bearer ${token}` },
    });
    expect([response.statusCode, response.json().detail]).toEqual([
      400,
      expect.stringContaining("SPENDTRAIL_PERSON_SALT"),
    ]);
  });

  test.each<[string, unknown, string]>([
    ["nothing", {}, "names nothing to decide about"],
    ["nothing, in a list", { requests: [{}] }, "names nothing to decide about"],
    ["a list and one", { team: "a", requests: [{ team: "a" }] }, "stands alone"],
    ["what is unknown", { teams: "search" }, "teams"],
    ["a control character", { team: "a\u0000" }, "control characters"],
    ["no object", [], "expected object"],
  ])("%s is refused", async (_what, body, says) => {
    const { status, json } = await ask(body);
    expect([status, json.code]).toEqual([400, "REQUEST_INVALID"]);
    expect(json.detail).toContain(says);
  });

  test("tells its figures", async () => {
    const { text } = await deps.metrics.render();
    expect(text).toMatch(/spendtrail_budget_decisions_total\{decision="deny"\} [1-9]/);
    expect(text).toMatch(/spendtrail_budget_decision_seconds_count [1-9]/);
    expect(text).toContain("spendtrail_budget_snapshot_age_seconds 0");
  });
});

test("is ready only as long as how budgets stand is followed", async () => {
  let followed = true;
  const query = async () => [];
  const stores = { clickhouseTeam: { query }, clickhouseAll: { query } };
  const { deps: own } = testDeps(stores, settings, { budgetsFollowed: () => followed });
  const ready = await buildApi(own);
  const status = async () => (await ready.inject({ url: "/health/ready" })).statusCode;
  expect(await status()).toBe(200);
  followed = false;
  expect(await status()).toBe(503);
});
