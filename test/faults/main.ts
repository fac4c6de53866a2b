import { parseArgs } from "node:util";
import { CASES } from "#test/faults/cases.ts";
import { runMutants } from "#test/faults/mutants.ts";
import { endOnSignal } from "#test/faults/on-end.ts";
import { writeReport } from "#test/faults/report.ts";
import { type CaseResult, runCases } from "#test/faults/run-cases.ts";

/**
 * `npm run test:faults`: breaks the real broker, the real store, the network between and the programs, and compares
 * what is stored with what was acknowledged, call by call. `--short` is every mechanism at a small load; `--mutants`
 * takes guards out of a copy of the tree and demands that a case fails. Ends with 1 where anything fails.
 */
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    short: { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
    report: { type: "string" },
    logs: { type: "string" },
    lanes: { type: "string", default: "2" },
  },
});
const seed = values.seed === undefined ? Date.now() & 0xffffff : Number(values.seed);
const only = values.only?.split(",");
const say = (line: string) => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);

// Programs are given this environment with their own.
if (values.logs !== undefined) process.env["FAULTS_LOGS"] = values.logs;

endOnSignal();
say(`seed ${seed}`);
if (values.mutants) {
  const survivors = await runMutants({ seed, only: values.only, say });
  process.exitCode = survivors === 0 ? 0 : 1;
} else {
  const unknown = only?.filter((id) => CASES.every((one) => one.id !== id)) ?? [];
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(", ")}`);
  const cases = CASES.filter(({ id }) => only === undefined || only.includes(id));
  const results: readonly CaseResult[] = await runCases(cases, {
    seed,
    isShort: values.short,
    lanes: Number(values.lanes),
    root: ".",
    say,
  });
  if (values.json) process.stdout.write(`${JSON.stringify({ seed, results })}\n`);
  if (values.report !== undefined) writeReport(values.report, { seed, isShort: values.short, results });
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  // In vitest's own form, so that whoever counts tests counts these.
  say(
    ` Tests  ${failed > 0 ? `${failed} failed | ` : ""}${results.length - failed} passed (${results.length})`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}
process.exit();
