import { createHash } from "node:crypto";
import { no, type Result } from "#core/result.ts";
import {
  AllocationSetting,
  type Allocations,
  allocationAddress,
  allocationRule,
} from "#core/settings/allocation.ts";
import { type ImportPlan, type PlannedChange, planImport } from "#core/settings/import-plan.ts";
import type { Versioned } from "#core/settings/state.ts";
import { firstRepeated } from "#core/table/first-repeated.ts";
import { type Cell, instantText, readTable, type TableRow } from "#core/table/read-table.ts";

/** Columns of a file of allocations. */
export const ALLOCATION_COLUMNS = [
  ...["id", "match", "value", "team", "cost_center"],
  ...["effective_from", "effective_to", "status", "note"],
] as const;

/**
 * Reads the rows of a CSV of allocations. People are named as the gateway names them; `pseudonymOf` makes the pseudonym
 * under which they are kept, so that no name gets into the settings. A row without an id gets one of what it is about.
 */
export function readAllocationRows(
  rows: readonly TableRow[],
  pseudonymOf: (name: string) => string,
): Result<readonly AllocationSetting[]> {
  const read = readTable(rows, {
    columns: ALLOCATION_COLUMNS,
    needed: ["match", "value", "effective_from"],
    schema: AllocationSetting,
    fieldsOf: (cell) => fieldsOf(cell, pseudonymOf),
  });
  if (!read.ok) return read;
  const twice = firstRepeated(read.value.map(({ id }) => id));
  return twice === undefined ? read : no("named_twice", `allocation ${twice} is in the file twice`);
}

function fieldsOf(cell: Cell, pseudonymOf: (name: string) => string): Record<string, unknown> {
  const match = cell("match")?.replace(/^workspace$/, "organization");
  const given = cell("value");
  const value = match === "user" && given !== undefined ? pseudonymOf(given) : given;
  const from = instantText(cell("effective_from"));
  return {
    id: cell("id") ?? idOf(match, value, from),
    match,
    value,
    team: cell("team"),
    cost_center: cell("cost_center"),
    effective_from: from,
    effective_to: instantText(cell("effective_to")),
    status: cell("status"),
    note: cell("note"),
  };
}

/** What it is about and when it begins: no two rules may have both alike. */
function idOf(match = "", value = "", from = ""): string {
  const readable = /^[A-Za-z0-9._@/=+-]{1,100}$/.test(value);
  const name = readable ? value : createHash("sha256").update(value).digest("hex").slice(0, 16);
  return `${match}:${name}:${from.replace(/T00:00:00\.000Z$/, "")}`;
}

/**
 * What has to change so that the map holds these rules; those that are not named stay. What ends comes first, so that no
 * rule meets, on its way in, one that is about to give way to it.
 */
export function planAllocations(state: Allocations, rules: readonly AllocationSetting[]): ImportPlan {
  const plan = planImport("allocation", state.allocations, rules);
  return { ...plan, changes: plan.changes.toSorted((a, b) => turnOf(a) - turnOf(b)) };
}

function turnOf({ action, before, after }: PlannedChange): number {
  if (action === "create") return 1;
  const [then, now] = [before, after] as [AllocationSetting | null, AllocationSetting | null];
  return now === null || now.status === "cancelled" || endOf(now) < endOf(then ?? now) ? 0 : 2;
}

function endOf({ effective_to }: AllocationSetting): string {
  return effective_to ?? "9999";
}

/** Why these rules must not come into the map; null when they may. The very rules of the settings, asked before. */
export function allocationRefusal(state: Allocations, rules: readonly AllocationSetting[]): string | null {
  const draft = {
    allocations: new Map<string, Versioned<AllocationSetting>>(state.allocations),
    allocationIds: new Map(state.allocationIds),
  };
  for (const { id, after } of planAllocations(state, rules).changes) {
    const rule = after as AllocationSetting;
    const known = draft.allocations.get(id);
    const broken = allocationRule(draft, rule, known?.value ?? null);
    if (broken !== null) return broken;
    const address = allocationAddress(rule);
    if (known === undefined)
      draft.allocationIds.set(address, [...(draft.allocationIds.get(address) ?? []), id]);
    draft.allocations.set(id, { version: 0, offset: -1n, value: rule });
  }
  return null;
}
