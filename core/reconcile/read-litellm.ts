import { TOKEN_METERS } from "#core/meters.ts";
import { createDraft, type Draft, type InvoiceRead } from "#core/reconcile/draft.ts";
import { readFloatUsd } from "#core/reconcile/figures.ts";
import type { CsvRow } from "#core/reconcile/invoice.ts";
import { litellmTokens, membersOf } from "#core/reconcile/litellm-tokens.ts";
import { dayOfBucket, dayOfInstant } from "#core/reconcile/utc-day.ts";
import { no } from "#core/result.ts";

type Members = Readonly<Record<string, unknown>>;

/** Whether the columns are those of LiteLLM's table of spend logs. */
export function isSpendLogs(columns: readonly string[]): boolean {
  return ["request_id", "spend", "startTime"].every((name) => columns.includes(name));
}

/**
 * What LiteLLM says it spent: rows of its spend logs (`/spend/logs`, its CSV and JSONL exports), its sums a day
 * (`/spend/logs` summed up, `/global/spend/report`), and `/user/daily/activity`. The figures are LiteLLM's own doubles.
 */
export function readLitellm(records: readonly unknown[], places: (at: number) => string): InvoiceRead {
  if (records.length === 0) return no("bad_shape", "there is no record in it");
  const draft = createDraft();
  const seen = { cached: 0 };
  for (const [at, value] of records.entries()) {
    const record = membersOf(value);
    const place = places(at);
    if ("request_id" in record) readLog(draft, place, record, seen);
    else if ("group_by_day" in record) readReportDay(draft, place, record);
    else if ("breakdown" in record && "date" in record) readActivity(draft, place, record);
    else if ("startTime" in record && "models" in record) readSummary(draft, place, record);
    else
      draft.fault(
        place,
        `is no spend log and no sum of a day (${Object.keys(record).slice(0, 8).join(", ") || "no fields"})`,
      );
  }
  if (seen.cached > 0)
    draft.remark(
      `${seen.cached} answers came from LiteLLM's own cache: nothing was consumed, and their tokens are not counted`,
    );
  return draft.done("litellm", [...TOKEN_METERS, "total_tokens"]);
}

/** Rows of a CSV as records; metadata is JSON in a cell. */
export function spendLogsOf(rows: readonly CsvRow[]): readonly unknown[] {
  return rows.map(({ cells }) => cells);
}

function readLog(draft: Draft, place: string, log: Members, seen: { cached: number }): void {
  const day = draft.value(place, "startTime", dayOfInstant(textOf(log["startTime"])));
  const cost = draft.value(place, "spend", readFloatUsd(log["spend"] === "" ? 0 : (log["spend"] ?? 0)));
  if (day === null || cost === null) return;
  const metadata = membersOf(parsed(log["metadata"]));
  const usage = metadata["usage_object"] ?? metadata["additional_usage_values"] ?? null;
  const isCached = /^true$/i.test(String(log["cache_hit"] ?? ""));
  if (isCached) seen.cached += 1;
  const tokens = isCached
    ? {}
    : draft.value(place, "tokens", litellmTokens(log, usage === null ? null : membersOf(usage)));
  const model = textOf(log["model"]);
  if (tokens === null) return;
  const isNothing = cost === 0n && Object.values(tokens).every((quantity) => quantity === 0n);
  // A call that failed or was answered from the cache consumed nothing; it speaks about its day all the same.
  if (isNothing) draft.covers(day);
  else if (model === "")
    draft.apart({ place, day, what: textOf(log["call_type"]) || "a call", costUsd: cost }, "no_model");
  else
    draft.row(
      { place, day, platform: null, modelWritten: model, identity: textOf(log["request_id"]) },
      tokens,
      cost,
    );
}

function readReportDay(draft: Draft, place: string, record: Members): void {
  const day = draft.value(place, "group_by_day", dayOfBucket(textOf(record["group_by_day"])));
  if (day === null) return;
  draft.covers(day);
  const groups = Object.values(record).filter(Array.isArray).flat().map(membersOf);
  for (const [at, group] of groups.entries())
    for (const [index, value] of listOf(group["metadata"]).entries()) {
      const item = membersOf(value);
      const cost = draft.value(place, "spend", readFloatUsd(item["spend"] ?? 0));
      const tokens = draft.value(place, "total_tokens", litellmTokens(item, null));
      if (cost === null || tokens === null) continue;
      const where = `${place}, group ${at + 1}, model ${index + 1}`;
      const identity = JSON.stringify([
        day,
        group["team_name"] ?? group["customer"] ?? group["api_key"] ?? at,
        item,
      ]);
      draft.row(
        { place: where, day, platform: null, modelWritten: textOf(item["model"]) || "unknown", identity },
        tokens,
        cost,
      );
    }
}

function readActivity(draft: Draft, place: string, record: Members): void {
  const day = draft.value(place, "date", dayOfBucket(textOf(record["date"])));
  if (day === null) return;
  draft.covers(day);
  for (const [name, value] of Object.entries(membersOf(membersOf(record["breakdown"])["models"]))) {
    const metrics = membersOf(membersOf(value)["metrics"] ?? value);
    const cost = draft.value(place, `${name}: spend`, readFloatUsd(metrics["spend"] ?? 0));
    const tokens = draft.value(place, name, litellmTokens(metrics, metrics));
    if (cost === null || tokens === null) continue;
    draft.row(
      {
        place: `${place}, ${name}`,
        day,
        platform: null,
        modelWritten: name,
        identity: JSON.stringify([day, name, metrics]),
      },
      tokens,
      cost,
    );
  }
}

function readSummary(draft: Draft, place: string, record: Members): void {
  const day = draft.value(place, "startTime", dayOfBucket(textOf(record["startTime"])));
  if (day === null) return;
  draft.covers(day);
  for (const [name, spend] of Object.entries(membersOf(record["models"]))) {
    const cost = draft.value(place, name, readFloatUsd(spend));
    if (cost !== null)
      draft.row(
        {
          place: `${place}, ${name}`,
          day,
          platform: null,
          modelWritten: name,
          identity: JSON.stringify([day, name, spend]),
        },
        {},
        cost,
      );
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

const textOf = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
