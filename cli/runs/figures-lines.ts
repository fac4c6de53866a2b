import { type Column, tableLines } from "#cli/table.ts";
import type { ProposalFigures, ProposalLine, ProposalSingle } from "#core/settings/run-proposal.ts";

/** What a run would change, or has changed, as text. */
export function figuresLines(figures: ProposalFigures): string[] {
  const { calls, changed, newly_priced, newly_unpriced, rated_with: with_, lines } = figures;
  const book =
    with_ === null
      ? []
      : [
          with_.from_offset === with_.to_offset
            ? `they stand by the settings of offset ${with_.from_offset}`
            : `they stand by the settings of offsets ${with_.from_offset} to ${with_.to_offset}`,
        ];
  return [
    `${calls} calls and parts of calls in scope: ${changed} change; ${newly_priced} get a price, ${newly_unpriced} lose theirs`,
    ...book,
    "",
    ...(lines.length === 0 ? [] : [...tableLines(LINE, lines), ""]),
    ...(figures.lines_left_out === 0
      ? []
      : [`${figures.lines_left_out} further lines of team and model change less; the sums hold them too.`]),
    ...(figures.largest.length === 0 ? [] : ["largest changes:", ...tableLines(SINGLE, figures.largest), ""]),
    `cost of the scope, USD: ${figures.cost_before_usd} before, ${figures.cost_after_usd} after, change ${signed(figures.change_usd)}`,
  ];
}

const LINE: readonly Column<ProposalLine>[] = [
  { title: "team", text: ({ team }) => team || "-" },
  { title: "model", text: ({ model }) => model || "-" },
  { title: "calls", text: (line) => String(line.calls_after), align: "right" },
  { title: "changed", text: (line) => String(line.changed), align: "right" },
  { title: "USD before", text: (line) => line.cost_before_usd, align: "right" },
  { title: "after", text: (line) => line.cost_after_usd, align: "right" },
  { title: "change", text: (line) => signed(line.change_usd), align: "right" },
  { title: "newly priced", text: (line) => String(line.newly_priced), align: "right" },
  { title: "unpriced", text: (line) => String(line.newly_unpriced), align: "right" },
];

const SINGLE: readonly Column<ProposalSingle>[] = [
  { title: "event", text: ({ event_id }) => event_id },
  { title: "began", text: ({ event_time }) => event_time },
  {
    title: "team",
    text: ({ team_before: then, team_after: now }) =>
      then === now ? now || "-" : `${then || "-"} > ${now || "-"}`,
  },
  { title: "model", text: ({ model }) => model || "-" },
  { title: "USD before", text: ({ cost_before_usd }) => cost_before_usd ?? "unpriced", align: "right" },
  { title: "after", text: ({ cost_after_usd }) => cost_after_usd ?? "unpriced", align: "right" },
];

function signed(amount: string): string {
  return amount.startsWith("-") || amount === "0" ? amount : `+${amount}`;
}
