import { readFileSync } from "node:fs";
import { Command } from "commander";

type Register = (program: Command) => void;

/** Each verb's module by its name, in the order of `--help`; loaded when it is asked for. */
const VERBS: Readonly<Record<string, () => Promise<Register>>> = {
  up: async () => (await import("#cli/verbs/up.ts")).registerUp,
  demo: async () => (await import("#cli/verbs/demo.ts")).registerDemo,
  costs: async () => (await import("#cli/verbs/costs.ts")).registerCosts,
  keys: async () => (await import("#cli/verbs/keys.ts")).registerKeys,
  sources: async () => (await import("#cli/verbs/sources.ts")).registerSources,
  prices: async () => (await import("#cli/verbs/prices.ts")).registerPrices,
  discounts: async () => (await import("#cli/verbs/discounts.ts")).registerDiscounts,
  allocations: async () => (await import("#cli/verbs/allocations.ts")).registerAllocations,
  budgets: async () => (await import("#cli/verbs/budgets.ts")).registerBudgets,
  charges: async () => (await import("#cli/verbs/charges.ts")).registerCharges,
  splits: async () => (await import("#cli/verbs/splits.ts")).registerSplits,
  periods: async () => (await import("#cli/verbs/periods.ts")).registerPeriods,
  alerts: async () => (await import("#cli/verbs/alerts.ts")).registerAlerts,
  receivers: async () => (await import("#cli/verbs/receivers.ts")).registerReceivers,
  explain: async () => (await import("#cli/verbs/explain.ts")).registerExplain,
  export: async () => (await import("#cli/verbs/export.ts")).registerExport,
  check: async () => (await import("#cli/verbs/check.ts")).registerCheck,
  import: async () => (await import("#cli/verbs/import.ts")).registerImport,
  rejects: async () => (await import("#cli/verbs/rejects.ts")).registerRejects,
  replay: async () => (await import("#cli/verbs/replay.ts")).registerReplay,
  runs: async () => (await import("#cli/verbs/runs.ts")).registerRuns,
  reconcile: async () => (await import("#cli/verbs/reconcile.ts")).registerReconcile,
  backup: async () => (await import("#cli/verbs/backup.ts")).registerBackup,
  restore: async () => (await import("#cli/verbs/restore.ts")).registerRestore,
  migrate: async () => (await import("#cli/verbs/migrate.ts")).registerMigrate,
  collect: async () => (await import("#cli/verbs/collect.ts")).registerCollect,
  ingest: async () => (await import("#cli/verbs/ingest.ts")).registerIngest,
  jobs: async () => (await import("#cli/verbs/jobs.ts")).registerJobs,
  api: async () => (await import("#cli/verbs/api.ts")).registerApi,
};

/**
 * The command: with the one verb that the line begins with, for all of them together load two thousand modules, which
 * takes longer than most verbs take; with every verb where it begins with anything else, as `--help` does. Faults of
 * use are thrown (exit code 2), help and version go to stdout.
 */
export async function buildProgram(argv: readonly string[] = []): Promise<Command> {
  const program = new Command("spendtrail")
    .description("Audit log and cost analytics for LLM gateways, on Kafka and ClickHouse.")
    .version(version())
    .showHelpAfterError("(--help says more)")
    .exitOverride();
  for (const load of asked(argv[0])) (await load())(program);
  // Positional: an option after `ingest skip` is of `skip`, though `ingest` has one of the same name.
  for (const command of everyCommand(program))
    command.exitOverride().showHelpAfterError("(--help says more)").enablePositionalOptions();
  return program;
}

function asked(verb: string | undefined): (() => Promise<Register>)[] {
  const one = verb !== undefined && Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  return one === undefined ? Object.values(VERBS) : [one];
}

/** A command with all below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
