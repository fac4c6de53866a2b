import { readFileSync, writeFileSync } from "node:fs";
import type { CaseResult } from "#test/faults/run-cases.ts";

const BEGIN = "<!-- faults: begin -->";
const END = "<!-- faults: end -->";

/** Puts the rows of a run into the table between the marks of a page; those of cases that did not run stay. */
export function writeReport(
  file: string,
  run: { readonly seed: number; readonly isShort: boolean; readonly results: readonly CaseResult[] },
): void {
  const page = readFileSync(file, "utf8");
  const [before, rest] = page.split(BEGIN);
  const [table, after] = (rest ?? "").split(END);
  if (before === undefined || table === undefined || after === undefined)
    throw new Error(`${file} has no marks for the table`);
  writeFileSync(file, `${before}${BEGIN}\n\n${tableOf(table, run)}\n\n${END}${after}`);
}

function tableOf(table: string, { seed, isShort, results }: Parameters<typeof writeReport>[1]): string {
  const date = new Date().toISOString().slice(0, 10);
  const rows = new Map([...table.matchAll(/^\| (F\d+) \|.*$/gm)].map(([row, id]) => [id ?? "", row]));
  for (const result of results)
    rows.set(result.id, rowOf(result, `${seed}${isShort ? " (short)" : ""}`, date));
  const sorted = [...rows].toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));
  const passed = sorted.filter(([, row]) => row.endsWith("| passed |")).length;
  return [
    `${passed} of ${sorted.length} cases passed. Made by \`npm run test:faults -- --seed ${seed} --report docs/reliability.md\`; with \`--only F2\` one row is made again.`,
    "",
    "| case | what happens | load | faults | lost | doubled | rows written twice | back after s | peak MiB | seed | day | |",
    "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |",
    ...sorted.map(([, row]) => row),
  ].join("\n");
}

function rowOf({ id, title, report, faults }: CaseResult, seed: string, date: string): string {
  const figures =
    report === null
      ? ["", "", "", "", "", "", ""]
      : [
          ...[report.load, report.faults, report.verdict.lost, report.verdict.doubled],
          ...[report.verdict.physicalDuplicates, report.recoveryS.toFixed(1), report.peakMib.toFixed(0)],
        ];
  const state = faults.length === 0 ? "passed" : `failed: ${faults.join("; ")}`;
  return `| ${[id, title, ...figures, seed, date, state].join(" | ")} |`;
}
