import type { InvoiceFormat } from "#core/reconcile/invoice.ts";
import { isAwsCur } from "#core/reconcile/read-aws-cur.ts";
import { isSpendLogs } from "#core/reconcile/read-litellm.ts";
import { no, ok, type Result } from "#core/result.ts";

const HINT = "say what it is with --format: anthropic-cost, anthropic-usage, aws-cur, litellm or csv";

/** What a CSV is, by its columns. */
export function formatOfColumns(columns: readonly string[]): Result<InvoiceFormat, "not_known"> {
  if (isAwsCur(columns)) return ok("aws-cur");
  if (isSpendLogs(columns)) return ok("litellm");
  if (columns.includes("day") && columns.includes("model")) return ok("csv");
  return no(
    "not_known",
    `the columns (${columns.slice(0, 8).join(", ")}) are of no format that is known; ${HINT}`,
  );
}

/** What JSON is, by the fields of its first page or record. */
export function formatOfJson(documents: readonly unknown[]): Result<InvoiceFormat, "not_known"> {
  const first = firstOf(documents);
  const text = JSON.stringify(first ?? null);
  if (isObject(first) && Array.isArray(first["data"]) && /"starting_at"/.test(text)) {
    if (/"uncached_input_tokens":/.test(text)) return ok("anthropic-usage");
    if (/"amount":/.test(text)) return ok("anthropic-cost");
    return no(
      "not_known",
      `its first page has no result that tells a cost report from a usage report; ${HINT}`,
    );
  }
  if (/"(request_id|group_by_day|breakdown|models)":/.test(text)) return ok("litellm");
  return no("not_known", `the JSON is of no format that is known; ${HINT}`);
}

function firstOf(documents: readonly unknown[]): unknown {
  const [first] = documents;
  return Array.isArray(first) ? first[0] : first;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
