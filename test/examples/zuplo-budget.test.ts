import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DecisionStage, startDecisionStage } from "#test/examples/decision-stage.ts";
import { requestOf } from "#test/examples/zuplo-call.ts";
import {
  askBudget,
  type BudgetOptions,
} from "../../examples/gateways/zuplo/modules/spendtrail/ask-budget.ts";

let stage: DecisionStage;
beforeAll(async () => {
  stage = await startDecisionStage("search");
});
afterAll(() => stage.close());

const OPTIONS: BudgetOptions = { fail: "open", teamMetadata: "team", timeoutMs: 2_000 };
const lines: string[] = [];
const ask = (options: Partial<BudgetOptions> = {}, url = stage.url) =>
  askBudget(
    requestOf(),
    { ...OPTIONS, ...options },
    {
      ...{ url, key: stage.key, fetch: (to, init) => fetch(to, init) },
      log: (line) => void lines.push(line),
    },
  );

describe("Zuplo's policy, by the real API", () => {
  test("passes on a denial as Claude Code understands it", async () => {
    stage.spend("100.25");
    const denial = await ask();
    expect([
      denial?.status,
      denial?.headers.get("x-should-retry"),
      denial?.headers.get("retry-after"),
    ]).toEqual([...[429, "false", "648000"]]);
    expect(await denial?.json()).toEqual({
      type: "error",
      error: { type: "billing_error", message: expect.stringContaining("resets at 2026-12-01") },
    });
  });

  test("lets a call within the limit go on", async () => {
    stage.spend("10");
    expect(await ask()).toBeNull();
    expect(lines).toEqual([]);
  });

  test.each([
    ["nobody listens", "http://127.0.0.1:9/v1/decisions"],
    ["no address is set", ""],
  ])("without an answer it fails open or closed, as it is told: %s", async (_what, url) => {
    expect(await ask({}, url)).toBeNull();
    expect((await ask({ fail: "closed" }, url))?.status).toBe(503);
    expect(lines.splice(0)).toHaveLength(2);
  });

  test("an answer that is none, and one that never comes, are no answers", async () => {
    for (const path of ["/v1/costs", "/health/live"]) {
      const elsewhere = stage.url.replace("/v1/decisions", path);
      expect((await ask({ fail: "closed" }, elsewhere))?.status).toBe(503);
    }
    const hanging = (_url: string, init: RequestInit) =>
      new Promise<Response>((_resolve, reject) => {
        init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const deps = { url: stage.url, key: stage.key, fetch: hanging, log: () => {} };
    const stopped = await askBudget(requestOf(), { ...OPTIONS, fail: "closed", timeoutMs: 20 }, deps);
    expect(stopped?.status).toBe(503);
  });
});
