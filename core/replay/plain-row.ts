import { formatMoney, parseMoney } from "#core/money.ts";

/** A row of `events_v1` as its makers write it or as the store gives it. */
export type PlainValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };
export type PlainRow = Readonly<Record<string, PlainValue>>;

const TIMES: ReadonlySet<string> = new Set([
  ...[
    "bucket",
    "event_time",
    "event_time_stated",
    "first_token_at",
    "ended_at",
    "append_time",
    "ingested_at",
  ],
]);
const AMOUNTS: ReadonlySet<string> = new Set(["cost_usd", "list_usd", "gateway_cost"]);
/** Columns of 64 bits: the store gives them as text, because a JSON number is a double. */
const WHOLES: ReadonlySet<string> = new Set([
  ...["version", "gateway_overhead_us", "input_tokens", "cache_read_tokens", "cache_write_5m_tokens"],
  ...["cache_write_1h_tokens", "cache_write_tokens", "output_tokens", "thinking_tokens"],
  ...["web_search_requests", "offset", "settings_offset"],
]);

/**
 * One form for a row, whether it was just made or read back: times in ISO 8601 with milliseconds, amounts as the
 * shortest decimal, whole numbers as bigint. Two rows are the same belief where their plain forms are equal.
 */
export function plainRow(row: PlainRow): PlainRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(name, value)]));
}

function plain(name: string, value: PlainValue): PlainValue {
  if (value === null) return null;
  if (name === "other_meters") return (value as readonly PlainRow[]).map(plainMeter);
  if (TIMES.has(name)) return plainTime(String(value));
  if (AMOUNTS.has(name)) return plainAmount(String(value));
  if (WHOLES.has(name) || typeof value === "number") return BigInt(value as string | number | bigint);
  return value;
}

function plainMeter(meter: PlainRow): PlainRow {
  return { ...meter, quantity: plainAmount(String(meter["quantity"])) };
}

function plainAmount(text: string): string {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`a row holds ${text} where an amount was due`);
  return formatMoney(read.value);
}

/** `2026-11-01 00:00:00.000` is UTC, as everything in the store. */
function plainTime(text: string): string {
  return new Date(text.includes("T") ? text : `${text.replace(" ", "T")}Z`).toISOString();
}
