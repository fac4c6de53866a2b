import { readFileSync } from "node:fs";
import { Command } from "commander";
import { registerAllocations } from "#cli/verbs/allocations.ts";
import { registerApi } from "#cli/verbs/api.ts";
import { registerBackup } from "#cli/verbs/backup.ts";
import { registerCharges } from "#cli/verbs/charges.ts";
import { registerCheck } from "#cli/verbs/check.ts";
import { registerCollect } from "#cli/verbs/collect.ts";
import { registerCosts } from "#cli/verbs/costs.ts";
import { registerDemo } from "#cli/verbs/demo.ts";
import { registerDiscounts } from "#cli/verbs/discounts.ts";
import { registerExplain } from "#cli/verbs/explain.ts";
import { registerExport } from "#cli/verbs/export.ts";
import { registerImport } from "#cli/verbs/import.ts";
import { registerIngest } from "#cli/verbs/ingest.ts";
import { registerJobs } from "#cli/verbs/jobs.ts";
import { registerKeys } from "#cli/verbs/keys.ts";
import { registerMigrate } from "#cli/verbs/migrate.ts";
import { registerPeriods } from "#cli/verbs/periods.ts";
import { registerPrices } from "#cli/verbs/prices.ts";
import { registerReconcile } from "#cli/verbs/reconcile.ts";
import { registerRejects } from "#cli/verbs/rejects.ts";
import { registerReplay } from "#cli/verbs/replay.ts";
import { registerRestore } from "#cli/verbs/restore.ts";
import { registerRuns } from "#cli/verbs/runs.ts";
import { registerSources } from "#cli/verbs/sources.ts";
import { registerSplits } from "#cli/verbs/splits.ts";
import { registerUp } from "#cli/verbs/up.ts";

const VERBS = [
  ...[registerUp, registerDemo, registerCosts, registerKeys, registerSources, registerPrices],
  ...[registerDiscounts, registerAllocations, registerCharges, registerSplits, registerPeriods],
  ...[registerExplain, registerExport, registerCheck, registerImport],
  ...[registerRejects, registerReplay, registerRuns, registerReconcile],
  ...[registerBackup, registerRestore],
  ...[registerMigrate, registerCollect, registerIngest, registerJobs, registerApi],
];

/** The whole command. Faults of use are thrown (exit code 2), help and version go to stdout. */
export function buildProgram(): Command {
  const program = new Command("spendtrail")
    .description("Audit log and cost analytics for LLM gateways, on Kafka and ClickHouse.")
    .version(version())
    .showHelpAfterError("(--help says more)")
    .exitOverride();
  for (const register of VERBS) register(program);
  // Positional: an option after `ingest skip` is of `skip`, though `ingest` has one of the same name.
  for (const command of everyCommand(program))
    command.exitOverride().showHelpAfterError("(--help says more)").enablePositionalOptions();
  return program;
}

/** A command with all below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
