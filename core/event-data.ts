import { z } from "zod";
import { Meters } from "#core/meters.ts";

export const OUTCOMES = ["success", "error", "aborted", "blocked", "cached"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const USAGE_QUALITIES = ["final", "provisional", "estimated", "missing"] as const;
export type UsageQuality = (typeof USAGE_QUALITIES)[number];

export const OPERATIONS = [
  "generate",
  "embed",
  "count_tokens",
  "list_models",
  "rerank",
  "image",
  "audio",
  "batch",
  "mcp",
  "other",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export const SESSION_SOURCES = ["header", "gateway", "body", "telemetry"] as const;
export const SPEEDS = ["standard", "fast"] as const;
export const SERVICE_TIERS = ["standard", "batch", "priority", "flex"] as const;

/** Bounded text without C0 controls: long enough for every id the gateways really send, short enough to index. */
export const Text = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold control characters or lone surrogates");
const text = (description: string) => Text.nullable().default(null).describe(description);
/** UTC with exactly three decimals, so that the same moment is always the same text. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine(isMoment, "is no such moment");
export const DecimalText = z
  .string()
  .regex(/^-?\d{1,26}(\.\d{1,12})?$/)
  .describe("A decimal number as a string, at most 12 decimals.");

/** What a request and a response both say: a response stands alone, since most gateways emit one record a call. */
export const callFields = {
  gateway: Text.describe("The kind of gateway: `litellm`, `kong`, `canonical`, …"),
  gateway_version: text("The gateway's own version, where it says so."),
  call_id: text("The gateway's id of the client's call; all attempts of one call may share it."),
  provider_request_id: text("The model provider's request id (`request-id`, `x-amzn-requestid`)."),
  provider_message_id: text("The model provider's message id (`msg_…`, `chatcmpl-…`)."),
  client_request_id: text("The client's own request id; a claim."),
  trace_id: text("A trace or chain id. In LiteLLM this is the session: never an identity of a call."),
  attempt: z
    .int()
    .min(0)
    .max(1000)
    .nullable()
    .default(null)
    .describe("The attempt's number, from 1, where the gateway says so."),
  parent_call_id: text("The call that caused this one: a gateway's internal sub-call."),
  internal_origin: text("Why a gateway made this call by itself, for internal sub-calls."),
  session_id: text(
    "The session, as the gateway recorded it. A client can set it: it correlates, it authorises nothing.",
  ),
  session_id_source: z
    .enum(SESSION_SOURCES)
    .nullable()
    .default(null)
    .describe("Where the session id came from."),
  agent: text("The sub-agent's id, where the client sends one."),
  parent_agent: text("The parent of a nested sub-agent."),
  team: text("The team that the gateway authenticated, by its credential."),
  team_alias: text("The team's display name at the gateway."),
  organization: text("The organisation that the gateway authenticated."),
  project: text("The project that the gateway authenticated."),
  user: text("The person that the gateway authenticated; stored as a keyed pseudonym only."),
  end_user: text("The person that the client claimed; stored as a keyed pseudonym only."),
  api_key: text("A hash or an alias of the gateway's virtual key; never the key."),
  claimed_team: text("The team that the client claimed (a header or a tag)."),
  tags: z.array(z.string().min(1).max(256)).max(64).default([]).describe("Free labels."),
  client: text("The client program, as `name/version`."),
  api_format: text("The format of the call: `anthropic_messages`, `openai_chat`, `bedrock_invoke`, …"),
  operation: z
    .enum(OPERATIONS)
    .default("generate")
    .describe("What was asked of the model. `count_tokens` and `list_models` cost nothing."),
  platform: Text.describe(
    "Where the model ran and who bills it: `anthropic-api`, `bedrock`, `vertex`, `openai`, …",
  ),
  model_requested: text("The model as the client asked for it."),
  model: text(
    "The model as it answered: an upstream id, an ARN or a name. Mapped to one canonical name when rated.",
  ),
  region: text("The region or endpoint that served the call."),
  inference_geo: text("Where inference was pinned to (`us`, `global`), as the usage says."),
  service_tier: z
    .enum(SERVICE_TIERS)
    .nullable()
    .default(null)
    .describe("The tier that was served and is billed."),
  speed: z
    .enum(SPEEDS)
    .nullable()
    .default(null)
    .describe("The speed that was served and is billed, not the one asked for."),
  stream: z.boolean().nullable().default(null).describe("Whether the answer was streamed."),
  started_at: Instant.describe("When the call began, by the record; immutable, and the event's time."),
  time_quality: z
    .enum(["stated", "end_only", "missing"])
    .default("stated")
    .describe(
      "Whether `started_at` was stated, taken from the end, or missing (then the append time counts).",
    ),
} as const;

/** One rated part of a call: a provider may run several models, or one several times, to answer once. */
export const CallPart = z.strictObject({
  kind: Text.describe(
    "What it was: `message`, `compaction`, `advisor_message`, `fallback_message`, as the provider names it.",
  ),
  model: text("The model of this part; null: the call's own."),
  meters: Meters,
});
export type CallPart = z.infer<typeof CallPart>;

export const RequestData = z.strictObject({ ...callFields });
export type RequestData = z.infer<typeof RequestData>;

export const ResponseData = z.strictObject({
  ...callFields,
  first_token_at: Instant.nullable().default(null).describe("When the first token arrived."),
  ended_at: Instant.nullable().default(null).describe("When the call ended."),
  gateway_overhead_us: z
    .int()
    .min(0)
    .nullable()
    .default(null)
    .describe("Time spent in the gateway itself, in microseconds."),
  outcome: z.enum(OUTCOMES).describe("How the call ended."),
  http_status: z.int().min(100).max(599).nullable().default(null).describe("The status that the client saw."),
  error_type: text("The provider's or gateway's error class."),
  error_code: text("The provider's or gateway's error code."),
  stop_reason: text("Why the model stopped."),
  meters: Meters,
  parts: z
    .array(CallPart)
    .max(64)
    .default([])
    .describe(
      "Further parts of the same call, each rated by itself with its own model. `meters` are without them: the call consumed the sum.",
    ),
  usage_quality: z.enum(USAGE_QUALITIES).default("final").describe("How far the meters can be trusted."),
  gateway_cost: z
    .strictObject({ amount: DecimalText, currency: z.string().regex(/^[A-Z]{3}$/) })
    .nullable()
    .default(null)
    .describe(
      "The gateway's own figure, kept beside ours and never mixed with it. 0 where the gateway does not know is null.",
    ),
});
export type ResponseData = z.infer<typeof ResponseData>;

/** What happened beside the calls of models: a key made, a tool allowed, a caller refused. Never usage. */
export const AuditData = z.strictObject({
  ...callFields,
  platform: text("Where a model would have run, where that is said."),
  operation: z.enum(OPERATIONS).default("other").describe("What was asked, where anything was."),
  ended_at: Instant.nullable().default(null).describe("When it ended."),
  action: Text.describe("What happened: `key.created`, `tool_decision`, `auth.denied`."),
  target_type: text("What kind of thing it happened to: `team`, `key`, `tool`."),
  target_id: text("Which one."),
  outcome: z.enum(OUTCOMES).nullable().default(null).describe("How it ended, where that is said."),
  http_status: z.int().min(100).max(599).nullable().default(null).describe("The status that the client saw."),
  error_type: text("The class of the error."),
  error_code: text("The code of the error."),
  details: z
    .record(z.string().min(1).max(64), z.string().max(512))
    .refine((details) => Object.keys(details).length <= 32, "has more than 32 members")
    .default({})
    .describe("What else is worth keeping, as text. Never content, credentials or the names of people."),
});
export type AuditData = z.infer<typeof AuditData>;

/** `Date.parse` takes 31 February for 3 March, and 24:00 for the next day: neither is the text of its moment. */
function isMoment(text: string): boolean {
  const timeMs = Date.parse(text);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString() === text;
}
