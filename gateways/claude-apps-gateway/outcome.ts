import type { AuditData } from "#core/event-data.ts";
import type { AuditLine } from "#gateways/claude-apps-gateway/line.ts";
import { claimed } from "#gateways/field-reader.ts";

type Ending = Pick<AuditData, "outcome" | "http_status" | "error_type" | "error_code">;

/** Written when the thing is done, and not otherwise. */
const DONE: ReadonlySet<string> = new Set([
  "config.load",
  "managed.serve",
  "desktop_bootstrap.serve",
  "admin.limit.upsert",
  "admin.limit.delete",
]);
const RESULTS: ReadonlyMap<string, AuditData["outcome"]> = new Map([
  ["ok", "success"],
  ["success", "success"],
  ["denied", "blocked"],
  ["error", "error"],
  ["failed", "error"],
  ["failure", "error"],
]);
/** The gateway answers a spent budget with `429 billing_error` ("Claude apps gateway spend limits"). */
const SPENT_STATUS = 429;

/** How it ended: by the event's name where that says it, else by status or result; null where nothing says it. */
export function endingOf(evt: string, line: AuditLine): Ending {
  const isRefusal = evt.endsWith(".denied") || evt === "spend.blocked";
  const http = statusOf(line.status) ?? (evt === "spend.blocked" ? SPENT_STATUS : null);
  const result = claimed(line.result);
  const outcome = isRefusal
    ? "blocked"
    : http !== null
      ? byStatus(http)
      : (RESULTS.get(result ?? "") ?? (DONE.has(evt) ? "success" : null));
  const isFault = outcome !== null && outcome !== "success";
  return {
    outcome,
    http_status: http,
    error_type: isFault ? claimed(line.reason) : null,
    error_code: isFault && http !== null ? String(http) : null,
  };
}

function byStatus(status: number): AuditData["outcome"] {
  if (status < 400) return "success";
  return status === 499 ? "aborted" : "error";
}

function statusOf(value: unknown): number | null {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599
    ? status
    : null;
}
