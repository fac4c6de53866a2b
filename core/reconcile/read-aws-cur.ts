import { curMeter, curModel, curUnit } from "#core/reconcile/cur-usage-type.ts";
import { createDraft, type Draft, type InvoiceRead } from "#core/reconcile/draft.ts";
import { readScaled, readUsd } from "#core/reconcile/figures.ts";
import type { CsvRow } from "#core/reconcile/invoice.ts";
import { dayOfInstant } from "#core/reconcile/utc-day.ts";
import { no } from "#core/result.ts";

const NEEDED = [
  "line_item_usage_start_date",
  "line_item_usage_type",
  "line_item_usage_amount",
  "line_item_unblended_cost",
] as const;
/** Line item types that charge for what was used; all else is a fee, a tax, a credit or a discount. */
const USAGE_TYPES = new Set(["", "Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"]);
const CREDIT_TYPES = /Credit|Refund|Discount$|Negation/;
const STATES = [
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "cache_write_5m_tokens",
  "cache_write_1h_tokens",
  "output_tokens",
] as const;

/** Whether the columns are those of a CUR 2.0 extract. */
export function isAwsCur(columns: readonly string[]): boolean {
  return columns.includes("line_item_usage_type") && columns.includes("line_item_usage_start_date");
}

/**
 * The rows of an extract of AWS's Cost and Usage Report 2.0, hourly or daily: Bedrock's tokens by usage type, and the
 * unblended cost. What is no token of a model stands apart.
 */
export function readAwsCur(columns: readonly string[], rows: readonly CsvRow[]): InvoiceRead {
  const missing = NEEDED.filter((name) => !columns.includes(name));
  if (missing.length > 0) return no("bad_shape", `the columns ${missing.join(", ")} are missing`);
  if (rows.length === 0) return no("bad_shape", "there is no row under the header");
  const draft = createDraft();
  let rounded = 0;
  for (const row of rows) if (readRow(draft, row)) rounded += 1;
  if (rounded > 0) draft.remark(`${rounded} quantities were no whole tokens and are rounded`);
  return draft.done("aws-cur", STATES);
}

/** Whether its quantity had to be rounded. */
function readRow(draft: Draft, { line, cells }: CsvRow): boolean {
  const place = `line ${line}`;
  const cell = (name: string) => cells[name]?.trim() ?? "";
  const currency = cell("line_item_currency_code") || "USD";
  if (currency !== "USD")
    draft.fault(place, `line_item_currency_code: ${currency.slice(0, 10)}, and only USD can be compared`);
  const start = cell("line_item_usage_start_date");
  const day = draft.value(place, "line_item_usage_start_date", dayOfInstant(start));
  const cost = draft.value(
    place,
    "line_item_unblended_cost",
    readUsd(cell("line_item_unblended_cost") || "0"),
  );
  if (day === null || cost === null) return false;
  const usageType = cell("line_item_usage_type");
  const description = cell("line_item_line_item_description");
  const type = cell("line_item_line_item_type");
  const what =
    [type === "Usage" ? "" : type, cell("line_item_product_code"), usageType].filter(Boolean).join(" ") ||
    "a line of no kind";
  const apart = { place, day, what, costUsd: cost };
  const meter = curMeter(usageType);
  if (cost < 0n || CREDIT_TYPES.test(type)) draft.apart(apart, "credit");
  else if (!USAGE_TYPES.has(type) || meter === null) draft.apart(apart, "no_tokens");
  else {
    const end = Date.parse(cell("line_item_usage_end_date").replace(" ", "T"));
    if (end - Date.parse(start.replace(" ", "T")) > 86_400_000)
      draft.fault(place, "covers more than a day: export the report by hours or days");
    const per = curUnit(cell("pricing_unit"), `${description} ${usageType}`);
    const { written, model } = curModel([usageType, ...productTexts(cells), description]);
    if (written === null) draft.apart(apart, "no_model");
    else if (per === null)
      draft.apart({ ...apart, what: `${what} in "${cell("pricing_unit")}"` }, "unit_unknown");
    else {
      const amount = draft.value(
        place,
        "line_item_usage_amount",
        readScaled(cell("line_item_usage_amount"), per),
      );
      if (amount === null) return false;
      const identity = Object.entries(cells).flat().join("\u0000");
      const row = { place, day, platform: "bedrock", modelWritten: written, model, identity };
      draft.row(row, { [meter]: amount.tokens }, cost, meter);
      return amount.rounded;
    }
  }
  return false;
}

/** CUR 2.0 keeps most of a product's columns in one map, `product`, written as JSON; extracts also flatten it. */
function productTexts(cells: Readonly<Record<string, string>>): string[] {
  return Object.entries(cells)
    .filter(
      ([name]) =>
        name === "product" || /^product_(product_name|servicename|model|product_family)$/.test(name),
    )
    .map(([, text]) => text);
}
