import type { Invoice, InvoiceFormat } from "#core/reconcile/invoice.ts";
import { no, ok, type Result } from "#core/result.ts";

/** Several files as one document. */
export interface JoinedInvoice extends Invoice {
  readonly formats: readonly InvoiceFormat[];
}

/**
 * Several files as one document: pages of one report, or Anthropic's usage report (the tokens) with its cost report (the
 * dollars). Any other mixture would count the same traffic twice, and is refused.
 */
export function joinInvoices(
  invoices: readonly (Invoice & { readonly file: string })[],
): Result<JoinedInvoice, "mixed"> {
  const formats = [...new Set(invoices.map(({ format }) => format))];
  const isPair = formats.length === 2 && formats.every((format) => format.startsWith("anthropic-"));
  const [format] = formats;
  if (format === undefined) return no("mixed", "there is no file");
  if (formats.length > 1 && !isPair)
    return no(
      "mixed",
      `files of ${formats.join(" and ")} tell of the same calls; compare them one after the other`,
    );
  const isAlone = invoices.length === 1;
  const placed = <Line extends { readonly place: string }>(lines: readonly Line[], file: string) =>
    isAlone ? lines : lines.map((line) => ({ ...line, place: `${file}, ${line.place}` }));
  return ok({
    format,
    formats,
    lines: markRepeats(invoices.flatMap(({ lines, file }) => placed(lines, file))),
    apart: invoices.flatMap(({ apart, file }) => placed(apart, file)),
    states: [...new Set(invoices.flatMap(({ states }) => states))],
    days: [...new Set(invoices.flatMap(({ days }) => days))].sort(),
    remarks: invoices.flatMap(({ remarks, file }) =>
      remarks.map((remark) => (isAlone ? remark : `${file}: ${remark}`)),
    ),
  });
}

/** Marks what an earlier row says already: a page that was fetched twice, a line that stands there twice. */
function markRepeats(lines: Invoice["lines"]): Invoice["lines"] {
  const places = new Map<string, string>();
  return lines.map((line) => {
    const first = places.get(line.identity);
    if (first === undefined) places.set(line.identity, line.place);
    return first === undefined || first === line.place ? line : { ...line, repeats: first };
  });
}
