import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** Columns of `events_v1` that have a value unless a test says otherwise; the rest take the store's default. */
const USUAL = {
  gateway_team: "",
  model: "claude-opus-4-1",
  session_id: "",
  epoch: 0,
  sign: 1,
  version: 1,
  kind: "response",
  part_of: "",
  call_id: "",
  identity_quality: "vendor",
  time_suspect: false,
  provider_request_id: "",
  provider_message_id: "",
  source: "litellm-test",
  role: "ledger",
  gateway: "litellm",
  team: "",
  cost_center: "",
  allocation_id: "",
  organization: "",
  project: "",
  user_ref: "",
  end_user_ref: "",
  api_key: "",
  agent: "",
  tags: [],
  operation: "generate",
  platform: "anthropic-api",
  model_canonical: "",
  outcome: "success",
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_5m_tokens: null,
  cache_write_1h_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  thinking_tokens: null,
  web_search_requests: null,
  usage_quality: "final",
  cost_usd: null,
  list_usd: null,
  cost_status: "unpriced",
  cost_note: "",
  price_id: "",
  gateway_cost: null,
  gateway_currency: "",
  service_tier: "",
  speed: "",
  region: "",
  topic: "spendtrail.records",
  partition: 0,
  offset: 0,
  element: 0,
  adapter_version: 1,
  settings_offset: 0,
} as const;

export type EventFields = Partial<Record<keyof typeof USUAL, Row[string]>> & {
  readonly event_id: string;
  /** `2026-11-01T00:00:00.000Z`: when the call began, as the record states it. */
  readonly at: string;
  /** The time that counts, where it is not `at`. */
  readonly event_time?: string;
  readonly bucket?: string;
  readonly append_time?: string;
};

export const EVENT_COLUMNS: readonly string[] = [
  "bucket",
  "event_id",
  "event_time",
  "append_time",
  "ingested_at",
  ...Object.keys(USUAL),
];

const FIVE_MINUTES_MS = 300_000;

/** A row for `events_v1` as the ingester writes it: what is not said is ordinary. */
export function eventRow(fields: EventFields): Row {
  const { at, event_time = at, append_time = at, bucket, ...rest } = fields;
  const floored = new Date(Math.floor(Date.parse(at) / FIVE_MINUTES_MS) * FIVE_MINUTES_MS);
  return {
    ...USUAL,
    ...rest,
    bucket: bucket ?? floored.toISOString().slice(0, 19),
    event_time,
    append_time,
    ingested_at: append_time,
  };
}

/** Any text as an event id: 32 hex digits that differ when the text does. */
export function eventIdOf(text: string): string {
  return Buffer.from(text).toString("hex").padEnd(32, "0").slice(-32);
}
