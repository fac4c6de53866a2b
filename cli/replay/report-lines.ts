import type { ReplayAnswer } from "#cli/replay/run.ts";
import { type Column, tableLines } from "#cli/table.ts";
import type { ReplayLine } from "#ingest/replay/report.ts";

/** The before and after of a replay as text. */
export function replayLines({ applied, run, epoch, figures }: ReplayAnswer): string[] {
  const { records, unchanged, changed } = figures;
  const moved = figures.lines.filter(isMoved);
  const same = figures.lines.length - moved.length;
  return [
    `${records} records looked at: ${unchanged} unchanged, ${changed} changed; ${figures.newly_accepted} newly accepted, ${figures.newly_rejected} newly rejected`,
    `${figures.rows_withdrawn} rows withdrawn, ${figures.rows_stated} rows stated`,
    "",
    ...(moved.length === 0 ? [] : [...tableLines(COLUMNS, moved), ""]),
    ...(same === 0 ? [] : [`${same} further ${same === 1 ? "line" : "lines"} of team and model as before`]),
    `cost in the range, USD: ${figures.cost_before_usd} before, ${figures.cost_after_usd} after`,
    applied ? `Written as ${run}, epoch ${epoch}.` : "Nothing was written; --apply with --reason writes it.",
  ];
}

const COLUMNS: readonly Column<ReplayLine>[] = [
  { title: "team", text: ({ team }) => team || "-" },
  { title: "model", text: ({ model }) => model || "-" },
  { title: "calls before", text: (line) => String(line.calls_before), align: "right" },
  { title: "after", text: (line) => String(line.calls_after), align: "right" },
  { title: "USD before", text: (line) => line.cost_before_usd, align: "right" },
  { title: "after", text: (line) => line.cost_after_usd, align: "right" },
  { title: "unpriced before", text: (line) => String(line.unpriced_before), align: "right" },
  { title: "after", text: (line) => String(line.unpriced_after), align: "right" },
];

function isMoved(line: ReplayLine): boolean {
  return (
    line.calls_before !== line.calls_after ||
    line.cost_before_usd !== line.cost_after_usd ||
    line.unpriced_before !== line.unpriced_after
  );
}

/** The same for programs: whole numbers are far below what a JSON number holds exactly. */
export function replayJson(answer: ReplayAnswer) {
  const lines = answer.figures.lines.map((line) => ({
    ...line,
    calls_before: Number(line.calls_before),
    calls_after: Number(line.calls_after),
    unpriced_before: Number(line.unpriced_before),
    unpriced_after: Number(line.unpriced_after),
  }));
  return { ...answer, figures: { ...answer.figures, lines } };
}
