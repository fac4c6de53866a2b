import { createAttribution } from "#core/attribution.ts";
import { failure } from "#core/failure.ts";
import { addMoney, type Money } from "#core/money.ts";
import { UNALLOCATED } from "#core/settings/allocation.ts";
import type { ChargeSetting } from "#core/settings/charge.ts";
import type { SplitRuleSetting } from "#core/settings/split-rule.ts";
import type { SettingsState, Versioned } from "#core/settings/state.ts";
import { type ChargePart, splitCharge } from "#core/split-charge.ts";
import { readCosts } from "#query-api/read-costs.ts";
import type { Reader } from "#query-api/reader.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** A charge with what each payer has of it. */
export interface WorkedOut {
  readonly charge: Versioned<ChargeSetting>;
  readonly parts: readonly ChargePart[];
}

/** Each has its own read of what calls cost; more would keep the store busy for one answer. */
const PERIODS_MAX = 60;
const NAMES_MAX = 10_000;

/**
 * The charges whose period begins in `[from, to)`, in the order of that and of their ids, each divided by its rule. What
 * a team pays for goes to the cost centre that the map gives the team when the period begins.
 */
export async function workOutCharges(
  reader: Reader,
  settings: SettingsState,
  range: { readonly from: string; readonly to: string },
): Promise<readonly WorkedOut[]> {
  const found = [...settings.charges.values()]
    .filter(({ value }) => range.from <= value.from && value.from < range.to)
    .sort((a, b) => (orderOf(a.value) < orderOf(b.value) ? -1 : 1));
  return workOut(
    settings,
    found,
    proportions((by, { from, to }) => costsBy(reader, by, { from, to })),
  );
}

/** What the calls of a charge's period cost by name. */
export type Proportions = (
  by: SplitRuleSetting["by"],
  charge: ChargeSetting,
) => Promise<ReadonlyMap<string, Money>>;

/** The given charges, each divided by its rule. */
export async function workOut(
  settings: Pick<SettingsState, "splitRules" | "allocations">,
  found: readonly Versioned<ChargeSetting>[],
  read: Proportions,
): Promise<readonly WorkedOut[]> {
  const centers = centersOf(settings);
  const worked: WorkedOut[] = [];
  for (const charge of found) {
    const rule = charge.value.split === null ? null : ruleOf(settings, charge.value.split);
    const costs = rule?.method === "proportional" ? await read(rule.by, charge.value) : NO_COSTS;
    const parts = splitCharge(charge.value, rule, costs).map((part) => centers(part, charge.value));
    worked.push({ charge, parts });
  }
  return worked;
}

const NO_COSTS: ReadonlyMap<string, Money> = new Map();
const orderOf = ({ from, id }: ChargeSetting) => `${from} ${id}`;

function ruleOf({ splitRules }: Pick<SettingsState, "splitRules">, id: string): SplitRuleSetting {
  const rule = splitRules.get(id)?.value;
  // The fold lets no charge in before its rule, and rules stay.
  if (rule === undefined) throw new Error(`split rule ${id} is gone`);
  return rule;
}

function centersOf(
  settings: Pick<SettingsState, "allocations">,
): (part: ChargePart, charge: ChargeSetting) => ChargePart {
  const attribute = createAttribution([...settings.allocations.values()].map(({ value }) => value));
  return (part, { from }) => {
    if (part.team === null || part.cost_center !== null) return part;
    const nobody = { key: "", user: "", tags: [], project: "", organization: "", source: "" };
    const { costCenter } = attribute({ ...nobody, team: part.team }, Date.parse(from));
    return { ...part, cost_center: costCenter === "" ? null : costCenter };
  };
}

/** What calls cost in a period by name, read once a period. What has no name gets no share. */
export function proportions(
  read: Proportions,
  periodOf: (charge: ChargeSetting) => string = ({ from, to }) => `${from} ${to}`,
): Proportions {
  const known = new Map<string, ReadonlyMap<string, Money>>();
  return async (by, charge) => {
    const key = `${by} ${periodOf(charge)}`;
    const there = known.get(key);
    if (there !== undefined) return there;
    if (known.size === PERIODS_MAX)
      throw failure("QUERY_TOO_WIDE", {
        rowsMax: PERIODS_MAX,
        narrow: "Ask for a shorter range: each period that is split in proportion is read by itself.",
      });
    const costs = await read(by, charge);
    known.set(key, costs);
    return costs;
  };
}

/** What calls that began in a range cost by team or cost centre; only what has a name. */
export async function costsBy(
  reader: Reader,
  by: SplitRuleSetting["by"],
  range: { readonly from: string; readonly to: string },
): Promise<ReadonlyMap<string, Money>> {
  const shape = { granularity: "none", groupBy: [by], filters: [], order: "name" } as const;
  const values = { ...range, tz: "UTC", filters: {}, rowsMax: NAMES_MAX + 1 };
  const { sums } = await readCosts(reader, shape, values, "auto");
  if (sums.length > NAMES_MAX)
    throw failure("QUERY_TOO_WIDE", { rowsMax: NAMES_MAX, narrow: "Name the parts of the split rule." });
  const named = sums.flatMap((group): [string, Money][] => {
    const name = group[`by_${by}`] ?? null;
    const cost = addMoney([storedMoney(group.cost_rated), storedMoney(group.cost_estimated)]);
    return name === null || name === UNALLOCATED ? [] : [[name, cost]];
  });
  return new Map(named);
}
