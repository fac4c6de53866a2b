import { TOKEN_METERS } from "#core/meters.ts";
import { createDraft, type InvoiceRead } from "#core/reconcile/draft.ts";
import { readCount, readUsd } from "#core/reconcile/figures.ts";
import { type CsvRow, INVOICE_METERS, type InvoiceMeter } from "#core/reconcile/invoice.ts";
import { dayOfBucket } from "#core/reconcile/utc-day.ts";
import { no } from "#core/result.ts";

/** Columns of a plain CSV. `day` and `model` are needed, and at least one figure. */
export const CSV_COLUMNS = ["day", "model", "platform", ...INVOICE_METERS, "cost_usd", "currency"] as const;

/** A plain CSV: a row a day and model (and platform), with the meters that its columns name and a cost in USD. */
export function readCsvInvoice(columns: readonly string[], rows: readonly CsvRow[]): InvoiceRead {
  const known = new Set<string>(CSV_COLUMNS);
  const unknown = columns.filter((name) => !known.has(name));
  const missing = ["day", "model"].filter((name) => !columns.includes(name));
  const meters = INVOICE_METERS.filter((name) => columns.includes(name));
  if (missing.length > 0) return no("bad_shape", `the columns ${missing.join(", ")} are missing`);
  if (unknown.length > 0)
    return no(
      "bad_shape",
      `the columns ${unknown.join(", ")} are not known; known are ${CSV_COLUMNS.join(", ")}`,
    );
  if (meters.length === 0 && !columns.includes("cost_usd"))
    return no("bad_shape", "there is neither a column of tokens nor cost_usd");
  if (meters.includes("total_tokens") && TOKEN_METERS.some((name) => columns.includes(name)))
    return no("bad_shape", "total_tokens and the single meters cannot both be compared: leave one out");
  if (rows.length === 0) return no("bad_shape", "there is no row under the header");
  const draft = createDraft();
  for (const { line, cells } of rows) {
    const place = `line ${line}`;
    const cell = (name: string) => cells[name]?.trim() ?? "";
    const currency = cell("currency") || "USD";
    if (currency !== "USD")
      draft.fault(place, `currency: ${currency.slice(0, 10)}, and only USD can be compared`);
    const day = draft.value(place, "day", dayOfBucket(cell("day")));
    const cost = cell("cost_usd") === "" ? null : draft.value(place, "cost_usd", readUsd(cell("cost_usd")));
    const quantities: Partial<Record<InvoiceMeter, bigint | null>> = {};
    for (const meter of meters)
      quantities[meter] = cell(meter) === "" ? null : draft.value(place, meter, readCount(cell(meter)));
    if (day === null) continue;
    const said = Object.values(quantities).some((quantity) => quantity !== null && quantity > 0n);
    const what = cell("model") || "a line without a model";
    if (cost !== null && cost < 0n) {
      if (said) draft.fault(place, "cost_usd: below zero beside tokens; state a credit on a line of its own");
      else draft.apart({ place, day, what, costUsd: cost }, "credit");
    } else if (cell("model") === "") draft.apart({ place, day, what, costUsd: cost }, "no_model");
    else {
      const row = { place, day, platform: cell("platform") || null, modelWritten: cell("model") };
      draft.row({ ...row, identity: columns.map(cell).join("\u0000") }, quantities, cost);
    }
  }
  return draft.done("csv", meters);
}
