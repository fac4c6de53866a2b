import { readFileSync, writeFileSync } from "node:fs";
import type { CaseResult } from "#test/faults/run-cases.ts";

const BEGIN = "<!-- faults: begin -->";
const END = "<!-- faults: end -->";

/** Puts the table of a run between the marks of a page. */
export function writeReport(
  file: string,
  run: { readonly seed: number; readonly isShort: boolean; readonly results: readonly CaseResult[] },
): void {
  const page = readFileSync(file, "utf8");
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error(`${file} has no marks for the table`);
  writeFileSync(file, `${before}${BEGIN}\n\n${tableOf(run)}\n\n${END}${after}`);
}

function tableOf({ seed, isShort, results }: Parameters<typeof writeReport>[1]): string {
  const minutes = results.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const passed = results.filter(({ faults }) => faults.length === 0).length;
  const command = `npm run test:faults --${isShort ? " --short" : ""} --seed ${seed} --report docs/reliability.md`;
  return [
    `Run of ${new Date().toISOString().slice(0, 10)}: ${passed} of ${results.length} cases passed in ${minutes.toFixed(0)} minutes, seed ${seed}. Made by \`${command}\`.`,
    "",
    "| case | what happens | load | faults | lost | doubled | rows written twice | back after s | peak MiB | |",
    "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ...results.map(rowOf),
  ].join("\n");
}

function rowOf({ id, title, report, faults }: CaseResult): string {
  const figures =
    report === null
      ? ["", "", "", "", "", "", ""]
      : [
          ...[report.load, report.faults, report.verdict.lost, report.verdict.doubled],
          ...[report.verdict.physicalDuplicates, report.recoveryS.toFixed(1), report.peakMib.toFixed(0)],
        ];
  const state = faults.length === 0 ? "passed" : `failed: ${faults.join("; ")}`;
  return `| ${[id, title, ...figures, state].join(" | ")} |`;
}
