import type { InvoiceRead } from "#core/reconcile/draft.ts";
import type { InvoiceFormat } from "#core/reconcile/invoice.ts";
import { readAnthropicCost } from "#core/reconcile/read-anthropic-cost.ts";
import { readAnthropicUsage } from "#core/reconcile/read-anthropic-usage.ts";
import { readLitellm } from "#core/reconcile/read-litellm.ts";
import { no, ok, type Result } from "#core/result.ts";

/** Documents of a text of JSON: one document, or a document a line. */
export function jsonDocuments(text: string): Result<readonly unknown[], "not_json"> {
  try {
    return ok([JSON.parse(text)]);
  } catch (whole) {
    const lines = text.split("\n").flatMap((line, at) => (line.trim() === "" ? [] : [{ line, at }]));
    const documents: unknown[] = [];
    for (const { line, at } of lines)
      try {
        documents.push(JSON.parse(line));
      } catch {
        const reason = documents.length === 0 ? (whole as Error).message : `line ${at + 1} is no JSON`;
        return no("not_json", reason);
      }
    return ok(documents);
  }
}

/** A document in JSON as an invoice of one format. */
export function readJsonInvoice(format: InvoiceFormat, documents: readonly unknown[]): InvoiceRead {
  if (format === "anthropic-usage") return readAnthropicUsage(documents);
  if (format === "anthropic-cost") return readAnthropicCost(documents);
  if (format !== "litellm") return no("bad_shape", `is JSON, and ${format} is a CSV`);
  const records = documents.flatMap(recordsOf);
  return readLitellm(records, (at) => `record ${at + 1}`);
}

/** An array of records, or an answer that holds one. */
function recordsOf(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  const { data, results } = (document ?? {}) as { data?: unknown; results?: unknown };
  if (Array.isArray(data)) return data;
  return Array.isArray(results) ? results : [document];
}
