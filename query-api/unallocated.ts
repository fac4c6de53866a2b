import { z } from "zod";
import { addMoney, type Money } from "#core/money.ts";
import { percentShare } from "#core/share.ts";
import { Amount, Integer, Standing } from "#query-api/answer-types.ts";
import {
  UNALLOCATED_GROUPS,
  type UnallocatedGroup,
  type UnallocatedSums,
} from "#query-api/queries/unallocated.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";

const DAY_MS = 86_400_000;
const age = z.int().describe("Whole days from then until now.");
const name = z.string().nullable().optional();

const Group = z.object({
  ...(Object.fromEntries(UNALLOCATED_GROUPS.map((group) => [group, name])) as Record<
    UnallocatedGroup,
    typeof name
  >),
  calls: Integer,
  cost: Amount,
  gateway_cost: Amount.describe("Of calls that stand at the gateway's figure; in no cost."),
  unpriced_calls: Integer.describe("They are in no cost and no share."),
  first_seen: z.string().describe("The hour of the oldest call."),
  last_seen: z.string().describe("The hour of the newest call."),
  age_days: age,
});

/** What `/v1/cost-centers/unallocated` answers. */
export const UnallocatedAnswer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  group_by: z.array(z.enum(UNALLOCATED_GROUPS)),
  calls: Integer,
  cost: Amount,
  gateway_cost: Amount,
  unpriced_calls: Integer,
  first_seen: z
    .string()
    .nullable()
    .describe("The hour of the oldest call that nobody pays for. null: there is none."),
  age_days: age.nullable(),
  all_calls: Integer.describe("Of the range, allocated or not."),
  all_cost: Amount,
  share_percent: z
    .string()
    .nullable()
    .describe("Of all cost; at most 4 decimals. null: nothing cost anything."),
  share_of_calls_percent: z.string().nullable(),
  target_percent: z.string(),
  target_met: z
    .boolean()
    .describe(
      "Whether the exact share is at most the target: that of cost, or of calls where nothing cost anything.",
    ),
  groups: z.array(Group).describe("The longest there first."),
});
export type UnallocatedAnswer = z.infer<typeof UnallocatedAnswer>;

interface Whole {
  readonly calls: bigint;
  readonly cost: Money;
}

/** The figures of the bucket, from its groups and from what all calls of the range come to. */
export function unallocatedFigures(
  sums: readonly UnallocatedSums[],
  all: Whole,
  asked: {
    readonly groupBy: readonly UnallocatedGroup[];
    readonly targetPercent: string;
    readonly now: Date;
  },
) {
  const ageOf = (moment: string) =>
    Math.max(0, Math.floor((asked.now.getTime() - Date.parse(moment)) / DAY_MS));
  const groups = sums.map((group) => ({
    ...Object.fromEntries(asked.groupBy.map((key) => [key, group[`by_${key}`] ?? null])),
    calls: group.calls,
    cost: usd(storedMoney(group.cost)),
    gateway_cost: usd(storedMoney(group.gateway_cost)),
    unpriced_calls: group.unpriced_calls,
    first_seen: group.first_seen,
    last_seen: group.last_seen,
    age_days: ageOf(group.first_seen),
  }));
  const cost = addMoney(sums.map((group) => storedMoney(group.cost)));
  const calls = sums.reduce((sum, group) => sum + group.calls, 0n);
  const oldest = sums.map(({ first_seen }) => first_seen).sort()[0] ?? null;
  return {
    group_by: [...asked.groupBy],
    calls,
    cost: usd(cost),
    gateway_cost: usd(addMoney(sums.map((group) => storedMoney(group.gateway_cost)))),
    unpriced_calls: sums.reduce((sum, group) => sum + group.unpriced_calls, 0n),
    first_seen: oldest,
    age_days: oldest === null ? null : ageOf(oldest),
    all_calls: all.calls,
    all_cost: usd(all.cost),
    share_percent: percentShare(cost, all.cost),
    share_of_calls_percent: percentShare(calls, all.calls),
    target_percent: asked.targetPercent,
    target_met:
      all.cost === 0n
        ? isWithin(calls, all.calls, asked.targetPercent)
        : isWithin(cost, all.cost, asked.targetPercent),
    groups,
  };
}

/** Exact, not by the rounded share. */
function isWithin(part: bigint, whole: bigint, percent: string): boolean {
  return part * 100n * UNIT <= whole * storedMoney(percent);
}
const UNIT = 1_000_000_000_000n;
