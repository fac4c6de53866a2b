import { afterAll, beforeAll, expect, test } from "vitest";
import { scopeKey } from "#core/budgets/budget-state.ts";
import { windowAt } from "#core/budgets/windows.ts";
import { fallbackRatesOf } from "#core/fallback-rates.ts";
import type { BudgetSetting } from "#core/settings/budget.ts";
import {
  type BudgetGround,
  budget,
  budgetGround,
  callsNow,
  never,
  spentByHand,
} from "#test/jobs/budgets/budgets-kit.ts";
import { type EventFields, eventIdOf } from "#test/support/event-row.ts";

/**
 * Whatever happens to the calls and to the budgets, and whoever leads: what is told of each budget is what a walk over all
 * calls finds. Steps are drawn from a seed, which a failure names.
 */
const SEED = Number(process.env["BUDGETS_SEED"] ?? "20261129");
const STEPS = Number(process.env["BUDGETS_STEPS"] ?? "30");
const START = Date.UTC(2026, 9, 24, 9);

let on: BudgetGround;
beforeAll(async () => {
  on = await budgetGround(new Date(START).toISOString());
});
afterAll(() => on.ground.close());

const chance = generator(SEED);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;
const TEAMS = ["search", "ads", ""];
const USERS = ["u_0000000000000000000000000000000a", "u_0000000000000000000000000000000b", ""];
const MODELS = ["claude-opus-4-1", "claude-haiku-4-5", "gpt-5"];

/** What the fallback rate is for. */
const UNPRICED = {
  ...{ model: "gpt-5", model_canonical: "", cost_usd: null },
  ...{ cost_status: "unpriced", input_tokens: 1_000_000, output_tokens: 0, team: "search" },
} as const;

const BUDGETS: readonly BudgetSetting[] = [
  budget({ id: "all", scope: { kind: "all" }, period: { kind: "quarter" } }),
  budget({ id: "search-month", period: { kind: "month", zone: "Europe/Berlin" } }),
  budget({ id: "search-day", period: { kind: "day", zone: "Asia/Kolkata" } }),
  budget({ id: "search-opus", filters: { models: ["claude-opus*"], platforms: [], gateways: [] } }),
  budget({ id: "search-week", period: { kind: "week", zone: "Pacific/Auckland", week_start: "sunday" } }),
  budget({ id: "rolling", period: { kind: "rolling", days: 3 } }),
  budget({ id: "each", mode: "per_member", amount_usd: "5" }),
  budget({ id: "one", scope: { kind: "user", id: USERS[0] ?? "" }, period: { kind: "day", zone: "UTC" } }),
  budget({ id: "key", scope: { kind: "key", id: "k1" } }),
  budget({ id: "centre", scope: { kind: "cost_center", id: "cc" }, mode: "per_member" }),
  budget({
    id: "organization",
    scope: { kind: "organization", id: "org" },
    period: { kind: "fiscal_month", start_day: 25 },
  }),
  budget({ id: "by-list", basis: "list", period: { kind: "week", zone: "UTC", week_start: "monday" } }),
  budget({ id: "blue", scope: { kind: "tag", id: "blue" } }),
  budget({
    id: "red-each",
    scope: { kind: "tag", id: "red" },
    mode: "per_member",
    period: { kind: "rolling", days: 1 },
  }),
];

test(`standings are those of a walk over the calls, through ${STEPS} steps (seed ${SEED})`, async () => {
  await on.set("fallback_rate", "new", {
    id: "new",
    model: "gpt*",
    usd_per_mtok: { input: "3", output: "15" },
    effective_from: "2026-10-24T00:00:00.000Z",
    effective_to: "2026-10-26T12:05:00.000Z",
  });
  for (const setting of BUDGETS) await on.setBudget(setting);
  let nowMs = START;
  let job = on.job();
  let count = 0;
  const written: EventFields[] = [];
  const call = (atMs: number): EventFields => {
    const isPriced = chance() < 0.8;
    const at = new Date(Math.floor(atMs)).toISOString();
    const kind = chance();
    return {
      event_id: eventIdOf(`e${count++}`),
      ...(kind < 0.05
        ? { at, bucket: "1970-01-01T00:00:00", event_time: at }
        : kind < 0.1
          ? // Its clock ran ahead: it lies in a later bucket and counts when it came.
            { at: new Date(atMs + 3_600_000).toISOString(), event_time: at }
          : { at }),
      team: pick(TEAMS),
      user_ref: pick(USERS),
      api_key: pick(["k1", "k2"]),
      cost_center: pick(["cc", ""]),
      organization: pick(["org", ""]),
      tags: pick([[], ["blue"], ["blue", "red"], ["red", "red"]]),
      model: pick(MODELS),
      model_canonical: pick(["", "claude-opus-4-1"]),
      session_id: "s",
      cost_usd: isPriced ? (chance() * 9).toFixed(12) : null,
      list_usd: isPriced && chance() < 0.5 ? (chance() * 12).toFixed(12) : null,
      cost_status: isPriced ? "rated" : "unpriced",
      input_tokens: isPriced ? null : Math.floor(chance() * 1e6),
      output_tokens: isPriced ? null : Math.floor(chance() * 1e5),
    };
  };
  const insert = async (...events: readonly EventFields[]) => {
    await on.insert(...events);
    written.push(...events);
  };
  const steps: Readonly<Record<string, () => Promise<void>>> = {
    calls: () => insert(...Array.from({ length: 20 }, () => call(nowMs - chance() * 1_200_000))),
    late: () => insert(...Array.from({ length: 5 }, () => call(nowMs - chance() * 5 * 86_400_000))),
    better: async () => {
      if (written.length === 0) return;
      await on.insert({
        ...pick(written),
        version: count + 10,
        cost_usd: "0.5",
        cost_status: "rated",
        team: pick(TEAMS),
      });
    },
    corrected: async () => {
      // A re-rate of some: what was believed is taken out under an epoch, what is believed now is put in.
      if (written.length === 0) return;
      const some = new Set(Array.from({ length: 10 }, () => pick(written)));
      const epoch = ++count;
      await on.insert(
        ...[...some].flatMap((event) => {
          const old = current.get(event.event_id) ?? event;
          const now = {
            ...old,
            cost_usd: (chance() * 3).toFixed(6),
            cost_status: "rated",
            team: pick(TEAMS),
          };
          current.set(event.event_id, now);
          return [
            { ...old, epoch, sign: -1 },
            { ...now, epoch, sign: 1 },
          ];
        }),
      );
    },
    merged: () => on.ground.clickhouse.command("OPTIMIZE TABLE events_v1 FINAL"),
    later: async () => {
      nowMs += chance() * 4_000_000;
    },
    days: async () => {
      nowMs += chance() * 86_400_000 * 1.5;
    },
    leader: async () => {
      job = on.job();
    },
    unwatched: async () => {
      // Beside calls that are on record already.
      const beside = Array.from({ length: 8 }, () => Date.parse(pick(written).at));
      await insert(...beside.map((atMs) => call(Math.min(atMs, nowMs))));
      job = on.job();
    },
    changed: async () => {
      const setting = pick(BUDGETS);
      await on.setBudget({ ...setting, amount_usd: (1 + chance() * 500).toFixed(3) });
    },
  };
  const current = new Map<string, EventFields>();
  // On both sides of the end of the rate, in the middle of everybody's day.
  for (const at of [Date.UTC(2026, 9, 26, 12, 4), Date.UTC(2026, 9, 26, 12, 5)])
    await insert({ ...call(at), at: new Date(at).toISOString(), ...UNPRICED });
  for (let step = 0; step < STEPS; step++) {
    const name = step === 0 ? "calls" : pick(Object.keys(steps));
    await steps[name]?.();
    nowMs += 3_000;
    on.now(new Date(nowMs).toISOString());
    await job.run(never);
    await compare(nowMs, `step ${step}: ${name}`);
  }
}, 240_000);

async function compare(nowMs: number, step: string): Promise<void> {
  const calls = await callsNow(on.ground);
  const messages = await on.messages();
  const { budgets, fallbackRates } = on.ground.settings.state();
  const rates = fallbackRatesOf(fallbackRates.values());
  const [told, byHand]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const { value } of budgets.values())
    for (const member of value.mode === "pool" ? [null] : USERS.filter((user) => user !== "")) {
      const name = `${value.id} ${member ?? ""}`;
      const message = messages.get(scopeKey(value.scope, member));
      const standing =
        message?.type === "scope"
          ? message.budgets.find(({ budget_id }) => budget_id === value.id)
          : undefined;
      // Who has spent nothing ever is not told of.
      told[name] = standing?.spent_usd ?? "0";
      byHand[name] = spentByHand(calls, value, member, nowMs, rates);
      if (standing !== undefined)
        expect(standing.from, step).toBe(new Date(windowAt(value.period, nowMs).fromMs).toISOString());
    }
  expect(told, step).toEqual(byHand);
}

/** mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
