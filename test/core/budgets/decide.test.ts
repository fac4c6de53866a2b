import { describe, expect, test } from "vitest";
import { createBudgetIndex } from "#core/budgets/budget-index.ts";
import type { EvaluatorState } from "#core/budgets/budget-state.ts";
import { decide } from "#core/budgets/decide.ts";
import { DecisionBody, type DecisionRequest } from "#core/budgets/decision-request.ts";
import { PriceSetting } from "#core/settings/price.ts";
import type { SettingsState } from "#core/settings/state.ts";
import {
  ADA,
  type BudgetInput,
  NOW_MS,
  type Spent,
  standingsOf,
  stateOf,
} from "#test/core/budgets/decide-kit.ts";

const SEARCH = { team: "search" };

function ask(
  budgets: readonly BudgetInput[],
  spent: readonly Spent[],
  request: DecisionRequest = SEARCH,
  more: {
    readonly state?: Parameters<typeof stateOf>[1];
    readonly evaluator?: Partial<EvaluatorState> | null;
    readonly atMs?: number;
  } = {},
) {
  const state: SettingsState = stateOf(budgets, more.state);
  const standings = standingsOf(state, spent, more.evaluator);
  const found = decide(createBudgetIndex(state), standings, request, more.atMs ?? NOW_MS);
  return { ...found, ids: found.asked.map(({ budget }) => budget.id) };
}
const secondsAgo = (seconds: number) => new Date(NOW_MS - seconds * 1000).toISOString();

describe("one budget", () => {
  test.each<[string, Partial<BudgetInput>, string, string]>([
    ["has room", {}, "49.99", "allow"],
    ["is at its first threshold", {}, "50", "warn"],
    ["is a unit below its limit", {}, "99.999999999999", "warn"],
    ["is used up", {}, "100", "deny"],
    ["is soft", { hard_limit: false }, "1000", "warn"],
    ["has grace", { grace_percent: 10 }, "109.99", "warn"],
    ["has used up its grace", { grace_percent: 10 }, "110", "deny"],
  ])("that %s", (_what, change, usd, decision) => {
    expect(ask([{ id: "b", ...change }], [{ id: "b", usd }]).decision).toBe(decision);
  });

  test("counts a raised amount and a top-up at once, and says what is left", () => {
    const top_ups = [
      {
        ...{ id: "t", amount_usd: "50", note: null },
        ...{ from: "2026-11-20T00:00:00.000Z", expires_at: "2026-11-25T00:00:00.000Z" },
      },
    ];
    const { decision, asked } = ask([{ id: "b", top_ups }], [{ id: "b", usd: "120" }]);
    expect([decision, asked[0]?.limit, asked[0]?.remaining]).toEqual([
      "warn",
      150n * 10n ** 12n,
      30n * 10n ** 12n,
    ]);
    expect(asked[0]?.utilizationPercent).toBe("80.00");
  });

  test("begins anew when its window is over, though nobody has reckoned the new one", () => {
    const atMs = Date.parse("2026-12-01T00:00:05.000Z");
    const spent = [{ id: "b", usd: "100" }];
    const evaluator = { as_of: "2026-12-01T00:00:00.000Z", data_until: "2026-12-01T00:00:00.000Z" };
    const found = ask([{ id: "b" }], spent, SEARCH, { atMs, evaluator });
    expect([found.decision, found.asked[0]?.spent]).toEqual(["allow", 0n]);
  });

  test("that rolls keeps its last figure over the hour", () => {
    const budget = { id: "b", period: { kind: "rolling", days: 7 } } as const;
    const spent = [{ id: "b", usd: "100", atMs: NOW_MS - 3_600_000 }];
    expect(ask([budget], spent).decision).toBe("deny");
  });

  test.each([
    ["month", "day", 0],
    // The day is over; the month that it became has its spend and more.
    ["day", "month", 86_400_000],
  ] as const)("whose period was changed from %s to %s is not taken for reckoned", (from, to, agoMs) => {
    const state = stateOf([{ id: "b", period: { kind: from, zone: "UTC" } }]);
    const before = standingsOf(state, [{ id: "b", usd: "100", atMs: NOW_MS - agoMs }]);
    const now = stateOf([{ id: "b", period: { kind: to, zone: "UTC" } }]);
    const changed = new Map([...now.budgets].map(([id, one]) => [id, { ...one, version: 2 }] as const));
    const index = createBudgetIndex({ ...now, budgets: changed });
    expect(decide(index, before, SEARCH, NOW_MS).asked).toMatchObject([{ spent: null, isStale: true }]);
  });

  test("says when it resets, and when asking again is of use", () => {
    const { by } = ask([{ id: "b" }], [{ id: "b", usd: "100" }]);
    expect(by?.resetsAtMs).toBe(Date.parse("2026-12-01T00:00:00.000Z"));
    expect(by?.retryAfterS).toBe(7.5 * 86_400);
  });
});

describe("figures that are old", () => {
  const deny = { id: "b", on_stale: "deny" } as const;
  test.each<[string, BudgetInput, Partial<EvaluatorState> | null, string]>([
    ["old, told to deny", deny, { as_of: secondsAgo(61) }, "deny"],
    ["at the bound", deny, { as_of: secondsAgo(60) }, "allow"],
    ["of old records", deny, { data_until: secondsAgo(61) }, "deny"],
    ["of no records yet", deny, { data_until: null }, "allow"],
    ["nobody's", deny, null, "deny"],
    ["old, told to allow", { id: "b" }, { as_of: secondsAgo(61) }, "allow"],
    ["old, of a soft budget", { ...deny, hard_limit: false }, { as_of: secondsAgo(61) }, "allow"],
    ["borne longer", { ...deny, stale_after_s: 120 }, { as_of: secondsAgo(61) }, "allow"],
  ])("%s", (_what, budget, evaluator, decision) => {
    expect(ask([budget], [{ id: "b", usd: "10" }], SEARCH, { evaluator }).decision).toBe(decision);
  });

  test("still warn where a hard limit lets calls through", () => {
    const found = ask([{ id: "b" }], [{ id: "b", usd: "100" }], SEARCH, { evaluator: null });
    expect([found.decision, found.by?.isStale]).toEqual(["warn", true]);
  });

  test("a pool that was never reckoned is stale; a member without calls has spent nothing", () => {
    expect(ask([deny], []).decision).toBe("deny");
    const member = { ...deny, mode: "per_member" } as const;
    const request = { ...SEARCH, user: ADA };
    expect(ask([member], [], request).asked).toMatchObject([{ verdict: "allow", spent: 0n, member: ADA }]);
    const evaluator = { settings_offset: "-1" };
    expect(ask([member], [], request, { evaluator }).decision).toBe("deny");
  });
});

describe("which budgets are asked", () => {
  test("the paying team's and the cost centre's by the map of now, and the one of everything", () => {
    const budgets: BudgetInput[] = [
      { id: "all", scope: { kind: "all" } },
      { id: "own", scope: { kind: "team", id: "search" } },
      { id: "payer", scope: { kind: "team", id: "platform" } },
      { id: "centre", scope: { kind: "cost_center", id: "CC-1" } },
      { id: "other", scope: { kind: "team", id: "data" } },
    ];
    const rules = [{ match: "team", value: "search", team: "platform", cost_center: "CC-1" }] as const;
    expect(ask(budgets, [], SEARCH, { state: { rules } }).ids).toEqual(["all", "centre", "payer"]);
  });

  test("every tag's, the key's, the person's and the organization's", () => {
    const kinds = ["tag", "key", "organization"] as const;
    const budgets: BudgetInput[] = kinds.map((kind) => ({ id: kind, scope: { kind, id: kind } }));
    const user = { id: "user", scope: { kind: "user", id: ADA } } as const;
    const request = { tags: ["x", "tag"], key: "key", organization: "organization", user: ADA };
    expect(ask([...budgets, user], [], request).ids).toEqual(["key", "organization", "tag", "user"]);
  });

  test("those whose filters fit: by pattern, by either name of a model, by the source's gateway", () => {
    const models = (...list: string[]) => ({ models: list, platforms: [], gateways: [] });
    const budgets: BudgetInput[] = [
      { id: "opus", filters: models("claude-opus-*") },
      { id: "given", filters: models("us.anthropic.*") },
      { id: "haiku", filters: models("claude-haiku-4-5") },
      { id: "kong", filters: { models: [], platforms: [], gateways: ["kong"] } },
    ];
    const asking = (request: DecisionRequest) => ask(budgets, [], { ...SEARCH, ...request }).ids;
    expect(asking({ model: "us.anthropic.claude-opus-5-v1:0" })).toEqual(["given", "opus"]);
    expect(asking({ model: "claude-haiku-4-5-20251001", gateway: "kong" })).toEqual(["haiku", "kong"]);
    expect(asking({})).toEqual([]);
  });

  test("the parents of what is asked, and nothing that is not in force", () => {
    const budgets: BudgetInput[] = [
      { id: "team", parent: "department" },
      { id: "department", scope: { kind: "tag", id: "nobody's" }, parent: "company" },
      { id: "company", scope: { kind: "tag", id: "nobody's" } },
      { id: "ended", valid_to: "2026-11-01T00:00:00.000Z" },
      { id: "to-come", valid_from: "2026-12-01T00:00:00.000Z" },
    ];
    const spent = [{ id: "company", usd: "100" }];
    const found = ask(budgets, spent);
    expect([found.ids, found.decision, found.by?.budget.id]).toEqual([
      ["company", "department", "team"],
      "deny",
      "company",
    ]);
  });

  test("a member's only for those who are one", () => {
    const budget: BudgetInput = { id: "b", mode: "per_member", members: [ADA] };
    expect(ask([budget], [], { ...SEARCH, user: ADA }).ids).toEqual(["b"]);
    expect(ask([budget], [], { ...SEARCH, user: `u_${"b".repeat(32)}` }).ids).toEqual([]);
    expect(ask([budget], [], SEARCH).ids).toEqual([]);
  });

  test("none of what nobody has a budget for, which is allowed", () => {
    expect(ask([{ id: "b" }], [], { team: "unheard of" })).toMatchObject({ decision: "allow", asked: [] });
  });
});

test("of all that deny, the one that resets last is named", () => {
  const budgets: BudgetInput[] = [
    { id: "a-day", period: { kind: "day", zone: "UTC" } },
    { id: "month" },
    { id: "warns", amount_usd: "150", period: { kind: "quarter", zone: "UTC" } },
  ];
  const found = ask(
    budgets,
    budgets.map(({ id }) => ({ id, usd: "100" })),
  );
  expect([found.by?.budget.id, found.asked.map(({ verdict }) => verdict)]).toEqual([
    "month",
    ["deny", "deny", "warn"],
  ]);
});

test("a model that the book has at 0 is never stopped; one that is free on one platform of two is", () => {
  const row = (platform: string, rate: string | null, from = "2026-01-01T00:00:00.000Z") =>
    PriceSetting.parse({
      ...{
        id: `${platform}:${from.slice(0, 10)}`,
        platform,
        model: "claude-haiku-4-5",
        effective_from: from,
      },
      ...{ usd_per_mtok: { input_tokens: rate, output_tokens: rate }, sources: ["test"] },
    });
  const asking = (rows: readonly PriceSetting[], request: DecisionRequest = {}) => {
    const prices = new Map(rows.map((value) => [value.id, { version: 1, offset: 0n, value }]));
    const model = { ...SEARCH, model: "claude-haiku-4-5-20251001", ...request };
    return ask([{ id: "b" }], [{ id: "b", usd: "100" }], model, { state: { prices } }).decision;
  };
  expect(asking([row("own", "0.00")])).toBe("allow");
  expect(asking([row("own", "0"), row("anthropic-api", "1")])).toBe("deny");
  expect(asking([row("own", "0"), row("anthropic-api", "1")], { platform: "own" })).toBe("allow");
  expect(asking([row("own", "0"), row("own", "1", "2026-06-01T00:00:00.000Z")])).toBe("deny");
  expect(asking([row("own", null)])).toBe("deny");
});

test.each<[object, string]>([
  [{}, "nothing"],
  [{ all: true }, "nothing"],
  [{ tags: [] }, "nothing"],
  [{ requests: [] }, "no questions"],
  [{ requests: [{}] }, "a question of nothing"],
  [{ requests: [{ team: "a" }], team: "b" }, "two ways at once"],
  [{ requests: Array.from({ length: 101 }, () => ({ team: "a" })) }, "too many"],
  [{ team: "" }, "an empty name"],
  [{ teams: "a" }, "what is unknown"],
])("$1 is refused", (body) => {
  expect(DecisionBody.safeParse(body).success).toBe(false);
});
