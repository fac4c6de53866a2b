import type { AlertKind } from "#core/alert.ts";
import { endOf, type Notification, type ToldAlert, toldState } from "#core/notifications/notification.ts";

export const SEVERITIES = ["critical", "error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

const KINDS: Readonly<Record<AlertKind | "test", { readonly title: string; readonly severity: Severity }>> = {
  unpriced_model: { title: "Calls of a model have no price", severity: "warning" },
  scheduled_export: { title: "A scheduled export was given up", severity: "error" },
  reject_share: { title: "Many records of a source are rejected", severity: "error" },
  coverage_gap: { title: "Calls of a gateway are missing", severity: "error" },
  conflict: { title: "One call was posted with different contents", severity: "warning" },
  stale_ingest: { title: "Records are not taken in", severity: "critical" },
  checkpoint_late: { title: "A checkpoint is late", severity: "warning" },
  budget_actual: { title: "A budget's threshold is passed", severity: "warning" },
  budget_forecast: { title: "A budget is expected to pass a threshold", severity: "warning" },
  test: { title: "A test notification of spendtrail", severity: "info" },
};

const TEXT_MAX = 1000;
const TITLE_MAX = 500;

/** How bad it is, in the words that Alertmanager and PagerDuty are used to. */
export function severityOf({ kind }: Pick<ToldAlert, "kind">): Severity {
  return KINDS[kind].severity;
}

/** One line: what is wrong with what. */
export function titleOf(notification: Notification): string {
  const { alert } = notification;
  const state = toldState(notification);
  const prefix = { firing: "", resolved: "Resolved: ", superseded: "Superseded: " }[state];
  const about = Object.entries(alert.labels).map(([name, value]) => `${name} ${value}`);
  const title = `${prefix}${KINDS[alert.kind].title}`;
  return clip(oneLine(about.length === 0 ? title : `${title}: ${about.join(", ")}`), TITLE_MAX);
}

/** What is worth knowing beside the title, a line each. */
export function linesOf(notification: Notification): readonly (readonly [name: string, value: string])[] {
  const { alert } = notification;
  return [
    ...Object.entries(alert.labels),
    ...Object.entries(alert.details),
    ["fired at", alert.firedAt] as const,
    ...(notification.transition === "ended" ? [["ended at", endOf(alert)] as const] : []),
  ].map(([name, value]) => [clip(oneLine(name), TEXT_MAX), clip(oneLine(value), TEXT_MAX)] as const);
}

/** Texts as they may go out: what a client made up must not make a message that nobody takes. */
export function clipped(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [clip(name, TEXT_MAX), clip(value, TEXT_MAX)]),
  );
}

function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
