import type { ImportOptions } from "#cli/import/options.ts";
import type { Progress } from "#cli/import/run-import.ts";
import type { TallyReport } from "#cli/import/tally.ts";
import { tableLines } from "#cli/table.ts";

/** What an import did, or a dry run would do: the answer of the verb, with `--json` as it stands. */
export function reportOf(
  options: Pick<ImportOptions, "dryRun">,
  about: { readonly source: string; readonly gateway: string; readonly prices: "current" | "shipped" },
  so: Progress,
  tally: TallyReport,
) {
  const isDry = options.dryRun === true;
  return {
    ...about,
    dry_run: isDry,
    stopped: so.stopped,
    inputs: so.inputs,
    read: so.read,
    sent: isDry ? 0 : so.sent,
    would_send: isDry ? so.sent : 0,
    skipped: { already: so.already, out_of_range: so.out_of_range, without_time: so.without_time },
    ...tally,
    overlaps: so.overlaps,
  };
}
export type ImportReport = ReturnType<typeof reportOf>;

const MODELS_SHOWN = 20;

export function reportLines(report: ImportReport): string[] {
  const { skipped } = report;
  const shown = report.models.slice(0, MODELS_SHOWN);
  return [
    `${n(report.read)} records read from ${n(report.inputs)} input${report.inputs === 1 ? "" : "s"}, ${
      report.dry_run ? `${n(report.would_send)} would be sent` : `${n(report.sent)} sent`
    } to source ${report.source} (${report.gateway}).`,
    `  ${n(report.accepted)} are understood, ${n(report.rejected)} will be rejected${reasons(report.rejects)}.`,
    `  Left out: ${n(skipped.already)} imported before, ${n(skipped.out_of_range)} outside the time asked for, ${n(skipped.without_time)} without a time.`,
    ...(report.without_time > 0
      ? [`  ${n(report.without_time)} state no time and count at the time of the import.`]
      : []),
    `  Events from ${report.first_event ?? "-"} to ${report.last_event ?? "-"}.`,
    `  ${n(report.calls)} calls, ${report.cost.amount} USD at ${report.prices} prices, ${n(report.unpriced_calls)} without a price; the gateway's own figure: ${gatewayFigure(report)}.`,
    ...(shown.length > 0 ? ["", ...tableLines(COLUMNS, shown)] : []),
    ...(report.models.length > shown.length
      ? [`… and ${report.models.length - shown.length} models more`]
      : []),
    ...report.overlaps.map(
      ({ source, calls, kind, from, until }) =>
        `OVERLAP: ${kind === "live" ? `source ${source} has ${n(calls)} calls` : `${n(calls)} of these calls are in source ${source} as other records,`} from ${from} to ${until}: they would count twice.`,
    ),
    ...(report.dry_run ? ["", "Nothing was written."] : []),
    ...(report.stopped ? ["", "Stopped. The same command again goes on from here."] : []),
  ];
}

const COLUMNS = [
  { title: "model", text: (row: ImportReport["models"][number]) => row.model },
  { title: "calls", text: (row: ImportReport["models"][number]) => n(row.calls), align: "right" as const },
  { title: "USD", text: (row: ImportReport["models"][number]) => row.cost, align: "right" as const },
  {
    title: "gateway's USD",
    text: (row: ImportReport["models"][number]) => row.gateway_cost,
    align: "right" as const,
  },
  {
    title: "without a price",
    text: (row: ImportReport["models"][number]) => n(row.unpriced_calls),
    align: "right" as const,
  },
];

function gatewayFigure({ gateway_costs }: ImportReport): string {
  const parts = gateway_costs.map(({ amount, currency }) => `${amount} ${currency}`);
  return parts.length === 0 ? "none" : parts.join(" and ");
}

function reasons(rejects: Readonly<Record<string, number>>): string {
  const parts = Object.entries(rejects).map(([reason, count]) => `${reason} ${n(count)}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

const n = (count: number): string => count.toLocaleString("en-US");
