import type { Command } from "commander";
import { checkClickHouse } from "#cli/checks/check-clickhouse.ts";
import { type CoverageChecked, checkAllCoverage } from "#cli/checks/check-coverage.ts";
import { checkSettings, checkTopics } from "#cli/checks/check-kafka.ts";
import { type Finding, finding, fine } from "#cli/checks/finding.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { createLog } from "#runtime/log.ts";

const SQL_DIR = new URL("../../sql", import.meta.url).pathname;

/** `spendtrail check`: each line OK, or a sentence on what to do. Exit code 1 where something is at fault. */
export function registerCheck(program: Command): void {
  const command = program
    .command("check")
    .description(
      "reach Kafka and ClickHouse and look at topics, tables, settings, privileges, clocks and prices",
    );
  command.option(
    "--coverage",
    "read all that Kafka holds, and name every offset and number that is not stored",
  );
  common(command, ["spendtrail check", "spendtrail check --json", "spendtrail check --coverage"]).action(
    check,
  );
}

async function check(options: CommonOptions & { readonly coverage?: boolean }): Promise<void> {
  const screen = screenOf(options);
  const config = configOf(options, "check");
  const log = createLog("check", "silent");
  screen.progress("Asking Kafka and ClickHouse");
  const [kafka, clickhouse] = await Promise.all([
    finding("kafka", () => checkTopics(config, log)),
    finding("clickhouse", () => checkClickHouse(config, SQL_DIR)),
  ]);
  const settings = kafka.some((one) => one.state === "fault")
    ? []
    : await finding("settings", () => checkSettings(config, log, Date.now()));
  const findings = [fine("configuration", "has no faults"), ...kafka, ...settings, ...clickhouse];
  let coverage: CoverageChecked["gaps"] | null = null;
  if (options.coverage === true) {
    screen.progress("Reading what Kafka holds, and comparing it with what is stored");
    findings.push(
      ...(await finding("coverage", async () => {
        const checked = await checkAllCoverage(config, log);
        coverage = checked.gaps;
        return checked.findings;
      })),
    );
  }
  const faults = findings.filter((one) => one.state === "fault").length;
  const close =
    faults === 0 ? "Everything that must be there is." : `${faults} fault${faults === 1 ? "" : "s"}.`;
  screen.answer({ ok: faults === 0, findings, ...(options.coverage === true && { coverage }) }, [
    ...findings.map(line),
    "",
    close,
  ]);
  if (faults > 0) process.exitCode = 1;
}

function line({ name, state, text }: Finding): string {
  const mark = { ok: "OK   ", warning: "WARN ", fault: "FAULT" }[state];
  return `${mark}  ${name}: ${text}`;
}
