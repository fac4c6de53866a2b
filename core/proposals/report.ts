import { aboutOf, type Disagreement, type Suggested } from "#core/proposals/candidate.ts";
import type { Compared } from "#core/proposals/compare.ts";

const SIGNS = { conflict: "!", new: "+", adds: "~" } as const;

/** The report for people: conflicts first, then what the book lacks, then what was left out and why. */
export function reportLines(compared: readonly Compared[], suggested: Suggested): readonly string[] {
  const of = (verdict: Compared["verdict"]) => compared.filter((one) => one.verdict === verdict);
  const lines = (["conflict", "new", "adds"] as const).flatMap((verdict) =>
    of(verdict).flatMap((one) => [
      `${SIGNS[verdict]} ${aboutOf(one.row)}  ${detailOf(one)}`,
      ...remarksOf(one),
    ]),
  );
  const disagreements = suggested.disagreements.map(
    ({ about, meters }) => `? ${about}  the file disagrees with itself: ${meters.map(saidOf).join("; ")}`,
  );
  return [
    ...lines,
    ...disagreements,
    `${of("conflict").length} in conflict, ${of("new").length} new, ${of("adds").length} with more meters, ${of("same").length} as the book has them, ${disagreements.length} where the file disagrees with itself.`,
    ...skippedLines(suggested),
  ];
}

function saidOf({ meter, said }: Disagreement["meters"][number]): string {
  return `${meter} ${said.map(({ name, rate }) => `${rate ?? "not stated"} (${name})`).join(", ")}`;
}

function detailOf({ row, verdict, against, differences }: Compared): string {
  if (verdict === "new") return `${row.usd_per_mtok.input_tokens} in, ${row.usd_per_mtok.output_tokens} out`;
  if (differences.length === 0) return `the book itself is ambiguous: ${against.join(", ")}`;
  const changes = differences.map(
    ({ meter, book, proposed }) => `${meter} ${book ?? "not stated"} -> ${proposed}`,
  );
  return `${changes.join(", ")}  (${against.join(", ")})`;
}

function remarksOf({ remarks }: Compared): string[] {
  return remarks.map((remark) => `    ${remark}`);
}

function skippedLines({ skipped }: Suggested): string[] {
  const reasons = Map.groupBy(skipped, ({ reason }) => reason.split(":")[0] ?? reason);
  const counted = [...reasons].map(([reason, names]) => `${reason} ${names.length}`);
  return counted.length === 0 ? [] : [`Left out: ${counted.join(", ")}; --json names them.`];
}
