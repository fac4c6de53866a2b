import { expect, test } from "vitest";
import { createRandom, type Random } from "#cli/demo/random.ts";
import { createBudgetIndex } from "#core/budgets/budget-index.ts";
import { VERDICTS } from "#core/budgets/budget-state.ts";
import { decide } from "#core/budgets/decide.ts";
import type { DecisionRequest } from "#core/budgets/decision-request.ts";
import { ADA, type BudgetInput, NOW_MS, standingsOf, stateOf } from "#test/core/budgets/decide-kit.ts";
import { askNaively } from "#test/core/budgets/decide-naively.ts";

const NAMES = ["a", "b", "c"] as const;
const MODELS = ["claude-opus-5", "claude-haiku-4-5", "own-model"] as const;
const BUDGETS = 60;
const REQUESTS = 40;
const SEEDS = Array.from({ length: 25 }, (_, at) => at + 1);

function randomBudget(random: Random, at: number): BudgetInput {
  const id = random.pick(NAMES);
  const scope = random.pick([
    { kind: "all" },
    { kind: "user", id: ADA },
    ...(["team", "cost_center", "organization", "key", "tag"] as const).map((kind) => ({ kind, id })),
  ] as const);
  const perMember = scope.kind !== "user" && random.chance(0.3);
  const zone = random.pick(["UTC", "Asia/Kolkata", "Pacific/Auckland"]);
  return {
    id: `budget-${at}`,
    scope,
    mode: perMember ? "per_member" : "pool",
    members: perMember && random.chance(0.5) ? [random.pick([ADA, `u_${"b".repeat(32)}`])] : [],
    amount_usd: String(random.whole(1, 100)),
    hard_limit: random.chance(0.6),
    on_stale: random.pick(["allow", "deny"]),
    grace_percent: random.pick([0, 10, 100]),
    stale_after_s: random.pick([5, 60]),
    period: random.pick([
      { kind: "day", zone },
      { kind: "month", zone },
      { kind: "week", zone, week_start: "sunday" },
      { kind: "rolling", days: 3 },
    ]),
    filters: {
      models: random.chance(0.3) ? [random.pick(["claude-*", "*5", "own-model"])] : [],
      platforms: [],
      gateways: random.chance(0.2) ? [random.pick(["kong", "litellm"])] : [],
    },
    valid_to: random.chance(0.1) ? "2026-11-01T00:00:00.000Z" : null,
    parent: at > 0 && random.chance(0.3) ? `budget-${random.whole(0, at - 1)}` : null,
  };
}

function randomRequest(random: Random): DecisionRequest {
  const some = <Value>(value: Value) => (random.chance(0.5) ? value : undefined);
  return {
    team: random.pick(NAMES),
    user: some(ADA),
    key: some(random.pick(NAMES)),
    organization: some(random.pick(NAMES)),
    cost_center: some(random.pick(NAMES)),
    tags: some([random.pick(NAMES), random.pick(NAMES)]),
    model: some(random.pick(MODELS)),
    gateway: some(random.pick(["kong", "litellm"])),
  };
}

test.each(SEEDS)("seed %i: a decision is that of a walk over all budgets", (seed) => {
  const random = createRandom(seed);
  const budgets = Array.from({ length: BUDGETS }, (_, at) => randomBudget(random, at));
  const rules = [{ match: "team", value: "a", team: random.pick(["b", "c"]), cost_center: "a" }] as const;
  const state = stateOf(budgets, { rules });
  const spent = budgets
    .filter(() => random.chance(0.8))
    .map(({ id, mode }) => ({
      ...{ id, usd: String(random.whole(0, 150)) },
      ...(mode === "per_member" ? { member: ADA } : {}),
      atMs: NOW_MS - random.pick([0, 0, 0, 3_600_000, 40 * 86_400_000]),
    }));
  const as_of = new Date(NOW_MS - random.pick([0, 30_000, 90_000])).toISOString();
  const standings = standingsOf(state, spent, random.chance(0.1) ? null : { as_of });
  const index = createBudgetIndex(state);
  let denied = 0;
  for (let n = 0; n < REQUESTS; n += 1) {
    const request = randomRequest(random);
    const found = decide(index, standings, request, NOW_MS);
    const naive = askNaively(state, standings, request, found.paidBy, NOW_MS);
    expect(found.asked).toEqual(naive);
    const verdicts = naive.map(({ verdict }) => verdict);
    const strictest = VERDICTS.findLast((verdict) => verdicts.includes(verdict)) ?? "allow";
    expect(found.decision).toBe(strictest);
    const makers = naive.filter(({ verdict }) => verdict === strictest && verdict !== "allow");
    const lastReset = Math.max(...makers.map(({ resetsAtMs }) => resetsAtMs));
    if (found.by !== null) expect([found.by.verdict, found.by.resetsAtMs]).toEqual([strictest, lastReset]);
    else expect(makers).toEqual([]);
    if (found.decision === "deny") denied += 1;
  }
  expect(denied).toBeGreaterThan(0);
});
