import { z } from "zod";
import { formatMoney } from "#core/money.ts";
import { Amount, Integer } from "#query-api/answer-types.ts";
import type { EventColumns } from "#query-api/event-columns.ts";
import { storedMoney } from "#query-api/stored-money.ts";

const text = z.string().nullable();
const meter = Integer.nullable();

const TEXTS = [
  "part_of",
  "part_kind",
  "action",
  "target_type",
  "target_id",
  "gateway_version",
  "call_id",
  "provider_request_id",
  "provider_message_id",
  "client_request_id",
  "trace_id",
  "parent_call_id",
  "internal_origin",
  "session_id",
  "session_id_source",
  "agent",
  "parent_agent",
  "team",
  "gateway_team",
  "team_alias",
  "cost_center",
  "allocation_id",
  "organization",
  "project",
  "user",
  "end_user",
  "api_key",
  "claimed_team",
  "client",
  "api_format",
  "operation",
  "platform",
  "model_requested",
  "model",
  "model_canonical",
  "region",
  "inference_geo",
  "service_tier",
  "speed",
  "outcome",
  "error_type",
  "error_code",
  "stop_reason",
  "usage_quality",
  "cost_status",
  "cost_note",
  "price_id",
] as const;

const Position = z
  .object({
    topic: z.string(),
    partition: z.int(),
    offset: Integer,
    element: z.int(),
    append_time: z.string(),
  })
  .describe("Where the record lies that the event was made of.");

export const Hashes = z
  .object({
    received_sha256: z.string(),
    stored_sha256: z.string(),
    rows_sha256: z.string(),
    leaf: z.string(),
  })
  .describe(
    "Of the record: its bytes as received, as stored, the rows made of it, and its leaf in the batch's tree.",
  );
export type Hashes = z.infer<typeof Hashes>;

/** An event as the API gives it. `user` and `end_user` are pseudonyms. Not known is null. */
export const EventRow = z
  .object({
    event_id: z.string(),
    epoch: z.int().describe("0 as first ingested; corrections count up."),
    sign: z.int().describe("-1 takes back the belief of an earlier epoch."),
    kind: z
      .enum(["request", "response", "part", "audit"])
      .describe("`part`: what a call consumed beside its own row; `audit`: what happened beside the calls."),
    role: z.enum(["ledger", "evidence"]).describe("`evidence` is never added up."),
    identity_quality: z.string(),
    event_time: z.string(),
    event_time_stated: text,
    time_suspect: z.boolean(),
    first_token_at: text,
    ended_at: text,
    ingested_at: z.string(),
    ...texts(["source", "gateway"], z.string()),
    ...texts(TEXTS, text),
    attempt: z.int().nullable(),
    tags: z.array(z.string()),
    details: z.record(z.string(), z.string()).describe("Of an audit event; empty for others."),
    stream: z.boolean().nullable(),
    http_status: z.int().nullable(),
    gateway_overhead_us: meter,
    meters: z.object({
      input_tokens: meter,
      cache_read_tokens: meter,
      cache_write_5m_tokens: meter,
      cache_write_1h_tokens: meter,
      cache_write_tokens: meter,
      output_tokens: meter,
      thinking_tokens: meter,
      web_search_requests: meter,
      other: z.array(z.object({ unit: z.string(), quantity: z.string() })),
    }),
    cost: Amount.nullable().describe("null: unpriced."),
    gateway_cost: Amount.nullable().describe("What the gateway said, kept beside ours."),
    position: Position,
    hashes: Hashes.nullable().describe("For keys that see all teams; null for others."),
    adapter_version: z.int(),
    settings_offset: Integer.describe("The settings that it was attributed and rated with."),
  })
  .meta({ id: "Event", description: "One belief about one event. Not known is null." });
export type EventRow = z.infer<typeof EventRow>;

/** A stored event as an answer's row. */
export function eventRow(event: EventColumns, hashes: Hashes | null): EventRow {
  const { user_ref, end_user_ref, cost_usd, gateway_cost, gateway_currency, other_meters, ...same } = event;
  const { topic, partition, offset, element, append_time, ...rest } = same;
  return {
    ...rest,
    user: user_ref,
    end_user: end_user_ref,
    meters: { ...event, other: other_meters },
    cost: amount(cost_usd, "USD"),
    gateway_cost: amount(gateway_cost, gateway_currency),
    position: { topic, partition, offset, element, append_time },
    hashes,
  };
}

function amount(stored: string | null, currency: string | null): Amount | null {
  if (stored === null) return null;
  return { amount: formatMoney(storedMoney(stored)), currency: currency ?? "USD" };
}

function texts<Name extends string, Shape extends z.ZodType>(names: readonly Name[], shape: Shape) {
  return Object.fromEntries(names.map((name) => [name, shape])) as Record<Name, Shape>;
}
