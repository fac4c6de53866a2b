import type { Command } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { csvRowsOf } from "#cli/csv-rows.ts";
import { type ImportOptions, importSettings } from "#cli/import-verb.ts";
import { pseudonymFor } from "#cli/pseudonym-for.ts";
import { registerUnallocated } from "#cli/verbs/allocations-unallocated.ts";
import { withSettings } from "#cli/with-settings.ts";
import { allocationRefusal, planAllocations, readAllocationRows } from "#core/allocation-import.ts";
import { ALLOCATION_MATCHES, type AllocationSetting } from "#core/settings/allocation.ts";

/** `spendtrail allocations list|import|unallocated`. */
export function registerAllocations(program: Command): void {
  const allocations = program
    .command("allocations")
    .description("who pays for which calls: the map of teams and cost centres");
  common(
    allocations.command("list").description("list the rules of the map, the most specific kinds first"),
    ["spendtrail allocations list"],
  ).action(listAllocations);
  const read = allocations
    .command("import")
    .argument("<file>", "a CSV of rules (docs/attribution.md)")
    .description("show what a file of rules would change; --apply changes it")
    .option("--apply", "change it")
    .option("--reason <text>", "why, for the history", "allocation file imported at the command line");
  common(read, [
    "spendtrail allocations import examples/attribution/cost-centers.csv",
    "spendtrail allocations import ours.csv --apply --reason 'cost centres of 2027'",
  ]).action((file: string, options: ImportOptions) => {
    const rules = readAllocationRows(csvRowsOf(file), pseudonymFor(options));
    return importSettings(file, options, rules, { plan: planAllocations, refusal: allocationRefusal });
  });
  registerUnallocated(allocations);
}

async function listAllocations(options: CommonOptions): Promise<void> {
  const rules = await withSettings(options, async ({ settings }) =>
    [...settings.state().allocations.values()].map(({ value }) => value),
  );
  const turnOf = ({ match }: AllocationSetting) => ALLOCATION_MATCHES.indexOf(match);
  const rows = rules.toSorted((a, b) => turnOf(a) - turnOf(b) || (a.id < b.id ? -1 : 1));
  const day = (text: string | null) => (text === null ? "-" : text.replace(/T00:00:00\.000Z$/, ""));
  screenOf(options).table(
    rows,
    [
      { title: "id", text: (row: AllocationSetting) => row.id },
      { title: "match", text: (row) => row.match },
      { title: "value", text: (row) => row.value },
      { title: "team", text: (row) => row.team ?? "-" },
      { title: "cost center", text: (row) => row.cost_center ?? "-" },
      { title: "from", text: (row) => day(row.effective_from) },
      { title: "to", text: (row) => day(row.effective_to) },
      { title: "status", text: (row) => row.status },
    ],
    rows,
  );
}
