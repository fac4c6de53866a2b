import { TOKEN_METERS } from "#core/meters.ts";
import { canonicalModel } from "#core/model-name.ts";
import { type Candidate, candidateRow, mergeAlike, type Suggested } from "#core/proposals/candidate.ts";
import { no, ok, type Result } from "#core/result.ts";
import { PriceSetting } from "#core/settings/price.ts";

/** Columns of a CSV of prices: the row's own fields, and a column a meter. */
export const PRICE_COLUMNS = [
  ...["platform", "model", "account", "geo_scope", "speed", "service_tier"],
  ...["prompt_tokens_above", "prompt_tokens_max", "effective_from", "effective_to"],
  ...TOKEN_METERS,
  ...["web_search_requests", "source", "note"],
] as const;
const NEEDED = ["platform", "model", "effective_from"] as const;

/** Candidates of a CSV's rows, each by its column's name; every fault names the line and the column. */
export function readPriceRows(
  rows: readonly Readonly<Record<string, string>>[],
  source: string,
): Result<Suggested, "bad_shape"> {
  const faults: string[] = [];
  const candidates: Candidate[] = [];
  const known = new Set<string>(PRICE_COLUMNS);
  const columns = Object.keys(rows[0] ?? {});
  const unknown = columns.filter((column) => !known.has(column));
  const missing = NEEDED.filter((column) => !columns.includes(column));
  if (rows.length === 0) faults.push("there is no row under the header");
  else if (missing.length > 0) faults.push(`the columns ${missing.join(", ")} are missing`);
  if (unknown.length > 0) faults.push(`the columns ${unknown.join(", ")} are not known`);
  if (faults.length === 0)
    for (const [at, row] of rows.entries()) {
      // The header is line 1.
      const line = `line ${at + 2}`;
      const fields = fieldsOf(row, source);
      const read = PriceSetting.safeParse({ ...fields, id: "draft" });
      if (read.success) candidates.push({ row: candidateRow(fields), names: [line], remarks: [] });
      else
        faults.push(
          ...read.error.issues.map(({ path, message }) => `${line}: ${String(path.at(-1))}: ${message}`),
        );
    }
  return faults.length > 0
    ? no("bad_shape", faults.join("\n"))
    : ok({ ...mergeAlike(candidates), skipped: [] });
}

function fieldsOf(row: Readonly<Record<string, string>>, source: string): Record<string, unknown> {
  const cell = (name: string) => (row[name] === undefined || row[name] === "" ? undefined : row[name]);
  const whole = (name: string) => (/^\d{1,15}$/.test(cell(name) ?? "") ? Number(cell(name)) : cell(name));
  const instant = (name: string) => cell(name)?.replace(/^(\d{4}-\d\d-\d\d)$/, "$1T00:00:00.000Z");
  const given = cell("model");
  return {
    account: cell("account"),
    platform: cell("platform"),
    model: given === undefined ? undefined : (canonicalModel(given).model ?? given),
    geo_scope: cell("geo_scope"),
    speed: cell("speed"),
    service_tier: cell("service_tier"),
    prompt_tokens_above: whole("prompt_tokens_above"),
    prompt_tokens_max: whole("prompt_tokens_max"),
    effective_from: instant("effective_from"),
    effective_to: instant("effective_to"),
    usd_per_mtok: Object.fromEntries(TOKEN_METERS.map((meter) => [meter, cell(meter)])),
    usd_per_request: { web_search_requests: cell("web_search_requests") },
    confidence: "secondary",
    sources: [cell("source") ?? source],
    note: cell("note"),
  };
}
